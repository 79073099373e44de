"""Sittings and everything that happens in them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.enums import OPEN_STATES, ClockKind, EventKind, SittingState
from exams.rules.timing import GRACE, LONGEST_ADDITION


class SittingQuerySet(models.QuerySet["Sitting"]):
    """Adjectives of sittings."""

    def overdue(self, now: datetime) -> SittingQuerySet:
        """Time and grace are over, or a pause that nobody ended outlived the session."""
        return self.filter(
            Q(state=SittingState.IN_PROGRESS, deadline__lte=now - GRACE)
            | Q(
                state=SittingState.PAUSED,
                session__closes_at__lte=now - LONGEST_ADDITION,
            )
        )

    def open(self) -> SittingQuerySet:
        """Begun and not handed in."""
        return self.filter(state__in=OPEN_STATES)

    def released(self) -> SittingQuerySet:
        """With a result that the candidate may see."""
        return self.filter(state=SittingState.RELEASED)


class Sitting(models.Model):
    """One candidate's attempt at one exam against one sealed form (答卷).

    Personal data: who sat, where, and what came out.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exam = models.ForeignKey(
        "exams.Exam", on_delete=models.PROTECT, related_name="sittings"
    )
    session = models.ForeignKey(
        "exams.Session", on_delete=models.PROTECT, related_name="sittings"
    )
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sittings"
    )
    form = models.ForeignKey(
        "exams.Form",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sittings",
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    seat = models.CharField(_("seat"), max_length=12, blank=True)
    admission_number = models.CharField(
        _("admission number"), max_length=32, unique=True
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=SittingState.choices,
        default=SittingState.ASSIGNED,
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen at"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=64, blank=True)
    released_score = models.OneToOneField(
        "exams.ScoreVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("released score"),
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["session_id", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "exam", "attempt"], name="sitting_attempt_unique"
            ),
            models.UniqueConstraint(
                fields=["session", "seat"],
                condition=~Q(seat=""),
                name="sitting_seat_unique",
            ),
            models.CheckConstraint(
                condition=Q(state=SittingState.ASSIGNED) | Q(form__isnull=False),
                name="sitting_has_form",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(OPEN_STATES)) | Q(deadline__isnull=False),
                name="sitting_open_has_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state=SittingState.RELEASED)
                | Q(released_score__isnull=False),
                name="sitting_released_has_score",
            ),
        ]
        indexes = [models.Index(fields=["state", "deadline"], name="sitting_overdue")]

    def __str__(self) -> str:
        return self.admission_number


class SittingEvent(models.Model):
    """One thing that happened in a sitting. Append-only, chained by hash.

    Triggers in both databases refuse UPDATE and DELETE. Payloads hold opaque ids and
    answers, never names. Personal data: the answers of a person, through the sitting.
    """

    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="events"
    )
    seq = models.PositiveIntegerField(_("sequence"))
    client_id = models.CharField(_("device"), max_length=40)
    client_seq = models.PositiveIntegerField(_("device sequence"))
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind.choices)
    question = models.PositiveSmallIntegerField(
        pgettext_lazy("form", "question"), null=True, blank=True
    )
    payload: models.JSONField[dict[str, Any]] = models.JSONField(_("payload"))
    at_client = models.DateTimeField(_("at (device)"), null=True, blank=True)
    at_server = models.DateTimeField(_("at"))
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("sitting event")
        verbose_name_plural = _("sitting events")
        ordering = ["sitting_id", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "seq"], name="sitting_event_seq_unique"
            ),
            models.UniqueConstraint(
                fields=["sitting", "client_id", "client_seq"],
                name="sitting_event_client_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}#{self.seq} {self.kind}"


class ClockEntry(models.Model):
    """One line of a sitting's clock ledger; the deadline is their sum. Append-only.

    Personal data: who added time, and why.
    """

    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="clock_entries"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ClockKind.choices)
    seconds = models.IntegerField(_("seconds"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("clock entry")
        verbose_name_plural = _("clock entries")
        ordering = ["sitting_id", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(kind=ClockKind.BASE),
                name="clock_entry_one_base",
            ),
            models.CheckConstraint(
                condition=Q(seconds__gte=0), name="clock_entry_gives_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id} {self.kind} {self.seconds}"


class Accommodation(models.Model):
    """Extra time approved for a person before an exam. Personal data: who and why."""

    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="accommodations",
    )
    exam = models.ForeignKey(
        "exams.Exam", on_delete=models.PROTECT, related_name="accommodations"
    )
    seconds = models.PositiveIntegerField(_("extra seconds"))
    reason = models.CharField(_("reason"), max_length=300)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"))

    class Meta:
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "exam"], name="accommodation_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} +{self.seconds}"


class ScoreVersion(models.Model):
    """A score computed from events and key. Never overwritten; one is released.

    Personal data: a result, through the sitting.
    """

    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="score_versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=2)
    maximum = models.DecimalField(_("out of"), max_digits=7, decimal_places=2)
    passed = models.BooleanField(_("passed"))
    detail: models.JSONField[dict[str, Any]] = models.JSONField(_("detail"))
    evidence_hash = models.CharField(_("evidence"), max_length=64)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("score version")
        verbose_name_plural = _("score versions")
        ordering = ["sitting_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "number"], name="score_version_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id} v{self.number} {self.points}"


class VoidProposal(models.Model):
    """Somebody wants a sitting declared void; a second person decides.

    Personal data: both people, and what was seen.
    """

    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="void_proposals"
    )
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    is_confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("proposal to void")
        verbose_name_plural = _("proposals to void")
        constraints = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(decided_at__isnull=True),
                name="void_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("proposed_by")),
                name="void_proposal_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id} void?"


class SessionNote(models.Model):
    """A message to the room, or a line of the incident log. Append-only.

    With ``sitting`` it concerns one candidate. Personal data: who wrote it, and what
    may be said about a candidate.
    """

    session = models.ForeignKey(
        "exams.Session", on_delete=models.PROTECT, related_name="notes"
    )
    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )
    text = models.CharField(_("text"), max_length=500)
    is_message = models.BooleanField(_("shown to candidates"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("session note")
        verbose_name_plural = _("session notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
