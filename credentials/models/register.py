"""The ledger, and the rows computed from it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from credentials.enums import CLOSED_STATES, Act, Ground, QualificationState
from credentials.models.schemes import Scheme


class Register(models.Model):
    """The head of the one ledger: its last number and hash; holds no personal data.

    Every append locks this row, so numbers have no gaps and the order of commits is
    the order of numbers. Nothing else in the register takes a lock before it.
    """

    key = models.SlugField(max_length=32, unique=True, default="main")
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")

    def __str__(self) -> str:
        return f"{self.key} {self.sequence}"


class LedgerEntry(models.Model):
    """One act, written once and chained to the one before it.

    Names nobody: people, bodies and qualifications stand here by their random
    public ids. Database triggers refuse UPDATE, DELETE and TRUNCATE, and an INSERT
    that does not follow the last entry.
    """

    sequence = models.BigIntegerField(unique=True)
    act = models.CharField(max_length=20, choices=Act.choices)
    qualification = models.UUIDField(null=True)
    officer = models.UUIDField(null=True)
    scheme = models.CharField(max_length=64, blank=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    proposed_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)
    ground = models.CharField(max_length=32, choices=Ground.choices)
    document = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["sequence"]
        indexes = [
            models.Index(
                fields=["qualification", "sequence"], name="ledger_by_qualification"
            ),
            models.Index(fields=["officer", "sequence"], name="ledger_by_officer"),
            models.Index(fields=["act", "sequence"], name="ledger_by_act"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(proposed_by=F("approved_by")),
                name="ledger_two_people",
            ),
            models.CheckConstraint(
                condition=Q(officer__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(approved_by=F("officer")),
                name="ledger_approver_not_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.act}"

    def payload(self) -> dict[str, Any]:
        """What the hash covers: every column, so that no column can change alone."""
        return {
            "sequence": self.sequence,
            "act": self.act,
            "qualification": _text(self.qualification),
            "officer": _text(self.officer),
            "scheme": self.scheme,
            "effective_at": instant_text(self.effective_at),
            "recorded_at": instant_text(self.recorded_at),
            "proposed_by": _text(self.proposed_by),
            "approved_by": _text(self.approved_by),
            "ground": self.ground,
            "document": self.document,
            "details": self.details,
        }


class QualificationQuerySet(models.QuerySet["Qualification"]):
    """Qualifications by state and reach."""

    def valid(self, at: datetime) -> QualificationQuerySet:
        """Within the term, not suspended and not closed at ``at``."""
        return (
            self.filter(valid_from__lte=at, valid_to__gt=at)
            .filter(Q(suspended_since__isnull=True) | Q(suspended_since__gt=at))
            .filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at))
        )

    def suspended(self, at: datetime) -> QualificationQuerySet:
        """Suspended at ``at`` and not closed."""
        return self.filter(closed_at__isnull=True, suspended_since__lte=at)

    def ending(self, since: datetime, until: datetime) -> QualificationQuerySet:
        """Not closed, with a term that ends in the half-open period."""
        return self.filter(
            closed_at__isnull=True, valid_to__gt=since, valid_to__lte=until
        )


class Qualification(models.Model):
    """The present standing of one qualification, computed from the ledger.

    A projection: ``rebuild_register`` recomputes it. Personal data: that this person
    holds, held or lost this qualification, and why.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="qualifications",
    )
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="qualifications"
    )
    issuer = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="qualifications_issued"
    )
    state = models.CharField(
        _("state"), max_length=16, choices=QualificationState.choices
    )
    scheme_version = models.PositiveIntegerField()
    number = models.CharField(_("card number"), max_length=32)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    sectors = models.JSONField(_("sectors"), default=list)
    methods = models.JSONField(_("methods"), default=list)
    divisions = models.JSONField(_("division codes"), default=list)
    suspended_since = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(_("last annual check"), null=True, blank=True)
    ground = models.CharField(max_length=32, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    sequence = models.BigIntegerField()

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ["number"]
        indexes = [
            models.Index(fields=["valid_to"], name="qualification_by_end"),
            models.Index(fields=["number"], name="qualification_by_number"),
            models.Index(fields=["issuer", "valid_to"], name="qualification_by_issuer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "scheme"],
                condition=Q(closed_at__isnull=True),
                name="qualification_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")),
                name="qualification_term_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, state__in=sorted(CLOSED_STATES))
                | Q(closed_at__isnull=True) & ~Q(state__in=sorted(CLOSED_STATES)),
                name="qualification_closed_state",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class EvidenceLink(models.Model):
    """One piece of evidence a qualification rests on, by reference and content.

    Personal data: that this person passed what the reference names.
    """

    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, related_name="evidence_links"
    )
    requirement = models.CharField(max_length=64)
    reference = models.CharField(max_length=128, db_index=True)
    content_hash = models.CharField(max_length=128)
    linked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("pieces of evidence")
        ordering = ["linked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.requirement} {self.reference}"


class NumberSeries(models.Model):
    """The last card number of one division and year; holds no personal data.

    Taken under the lock of the register in the transaction that issues, so a number
    is never skipped and never given twice.
    """

    division = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year"], name="number_series_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division}-{self.year}"


class Card(models.Model):
    """A numbered card (证件): the proof of a qualification, not the qualification.

    Personal data: the name and the body as printed at that time.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.CharField(max_length=32, unique=True)
    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, related_name="cards"
    )
    number = models.CharField(_("card number"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=64)
    body = models.CharField(_("body"), max_length=128)
    issued_at = models.DateTimeField(_("issued at"))
    reason = models.CharField(max_length=32, choices=Ground.choices)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ["issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["qualification"],
                condition=Q(replaced_at__isnull=True),
                name="card_one_current",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Checkpoint(models.Model):
    """A signed root over the ledger up to a size; holds no personal data.

    Whoever keeps one can later prove that nothing before it was changed. Protected
    by the same triggers as the ledger.
    """

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.TextField()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


def instant_text(moment: datetime) -> str:
    """The one text form of an instant in hashed payloads: UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _text(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None
