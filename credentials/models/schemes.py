"""Schemes: what has to be proved for a qualification, as versioned data."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from credentials.enums import Effect, SchemeVersionState
from credentials.rules.scheme import SchemeRules, parse_scheme


class Scheme(models.Model):
    """One kind of qualification of one issuing authority; holds no personal data.

    The key is what connected systems and ledger entries name it by.
    """

    key = models.SlugField(_("key"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=128)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="schemes",
        verbose_name=_("responsible organisation"),
    )

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class SchemeVersionQuerySet(models.QuerySet["SchemeVersion"]):
    """Versions by moment."""

    def in_effect(self, at: datetime) -> SchemeVersionQuerySet:
        """Approved versions that had begun at ``at``, the one in effect first."""
        return self.filter(
            state=SchemeVersionState.APPROVED, effective_from__lte=at
        ).order_by("-effective_from", "-number")


class SchemeVersion(models.Model):
    """One version of a scheme's parameters, proposed by one and approved by another.

    ``parameters`` is what ``credentials.rules.scheme.parse_scheme`` accepts. Personal
    data: who wrote and who approved it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    parameters = models.JSONField(_("parameters"))
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=SchemeVersionState.choices,
        default=SchemeVersionState.DRAFT,
    )
    effective_from = models.DateTimeField(_("in effect from"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="schemes_written",
    )
    written_at = models.DateTimeField(_("written at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schemes_approved",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = SchemeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme version")
        verbose_name_plural = _("scheme versions")
        ordering = ["scheme", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "number"], name="scheme_version_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=SchemeVersionState.APPROVED)
                | Q(approved_at__isnull=False),
                name="scheme_version_approved_at",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("written_by")),
                name="scheme_version_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} v{self.number}"

    def rules(self) -> SchemeRules:
        """The parsed parameters."""
        return parse_scheme(self.parameters)


class DryRun(models.Model):
    """What a draft would change for everybody in post; the worker works it out.

    ``last_officer`` is the primary key up to which people were looked at: after a
    crash it goes on there.
    """

    version = models.ForeignKey(
        SchemeVersion, on_delete=models.CASCADE, related_name="dry_runs"
    )
    begun_at = models.DateTimeField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    last_officer = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("dry run of a scheme version")
        verbose_name_plural = _("dry runs of scheme versions")
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.done}/{self.total}"


class DryRunEffect(models.Model):
    """One person a draft would touch, from when, and what would be missing.

    ``missing`` holds codes of requirements, or the sectors and methods that are lost.
    Personal data: that this person would be touched.
    """

    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="effects")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Effect.choices)
    missing = models.JSONField(default=list)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("effect of a scheme version")
        verbose_name_plural = _("effects of scheme versions")
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "officer"], name="dry_run_officer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.kind}"
