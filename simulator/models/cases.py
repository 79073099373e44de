"""Cases and their published, unchangeable versions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.enums import Sector
from simulator.enums import CaseStatus


class InspectionCase(models.Model):
    """One enterprise to be inspected, through all its versions.

    Holds no personal data: enterprises and people of a case are invented.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(
        pgettext_lazy("inspection", "key"), max_length=80, unique=True
    )
    title = models.CharField(pgettext_lazy("inspection", "title"), max_length=200)
    sector = models.CharField(
        pgettext_lazy("inspection", "sector"), max_length=20, choices=Sector.choices
    )
    live_version = models.ForeignKey(
        "simulator.CaseVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("live version"),
    )

    class Meta:
        verbose_name = _("inspection case")
        verbose_name_plural = _("inspection cases")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class CaseVersion(models.Model):
    """One version of a case: its payload never changes once it is published.

    ``payload`` is the canonical JSON text, ``sha256`` its fingerprint, so that a
    score can be recomputed from exactly what was played. Holds no personal data
    but the account that published it.
    """

    case = models.ForeignKey(
        InspectionCase,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=pgettext_lazy("inspection", "case"),
    )
    number = models.PositiveIntegerField(pgettext_lazy("inspection", "number"))
    status = models.CharField(
        pgettext_lazy("inspection", "status"),
        max_length=20,
        choices=CaseStatus.choices,
        default=CaseStatus.DRAFT,
    )
    payload = models.TextField(_("payload"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    law_as_of = models.DateField(pgettext_lazy("inspection", "law as of"))
    law_review_due = models.DateField(_("law review due"), null=True, blank=True)
    change_note = models.TextField(_("change note"), blank=True)
    imported_at = models.DateTimeField(_("imported at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    bot_report = models.JSONField(_("result of the bots"), default=dict, blank=True)

    class Meta:
        verbose_name = _("case version")
        verbose_name_plural = _("case versions")
        ordering = ["case", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"], name="case_version_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | models.Q(published_at__isnull=False),
                name="case_version_published_at_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.title} · {self.number}"


class CaseMedia(models.Model):
    """A drawing that belongs to one version.

    Kept in the database beside the payload: a version and what it shows cannot
    drift apart, and every web process can read it. Holds no personal data.
    """

    version = models.ForeignKey(
        CaseVersion,
        on_delete=models.CASCADE,
        related_name="media",
        verbose_name=pgettext_lazy("inspection", "version"),
    )
    path = models.CharField(pgettext_lazy("inspection", "path"), max_length=200)
    content = models.BinaryField(pgettext_lazy("inspection", "content"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)

    class Meta:
        verbose_name = _("case drawing")
        verbose_name_plural = _("case drawings")
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "path"], name="case_media_path_once"
            ),
        ]

    def __str__(self) -> str:
        return self.path
