"""Blueprints, exams, sessions and the sealed forms drawn for them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.enums import Aspect, Sector
from exams.enums import CellUnit, ItemType, Level, ScoringRule, SessionMode


class Blueprint(models.Model):
    """How a form is drawn: cells, overlap, exposure. No personal data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    max_overlap = models.PositiveSmallIntegerField(
        _("items that may return from earlier attempts"), null=True, blank=True
    )
    exposure_ceiling = models.PositiveIntegerField(
        _("forms an item may appear in"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("blueprint")
        verbose_name_plural = _("blueprints")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class BlueprintCell(models.Model):
    """One line of a blueprint: how many items of what kind for how many points."""

    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.CASCADE, related_name="cells"
    )
    place = models.PositiveSmallIntegerField(pgettext_lazy("order", "place"))
    unit = models.CharField(
        _("unit"), max_length=12, choices=CellUnit.choices, default=CellUnit.ITEM
    )
    type = models.CharField(
        _("type"), max_length=20, choices=ItemType.choices, blank=True
    )
    aspect = models.CharField(
        _("aspect"), max_length=20, choices=Aspect.choices, blank=True
    )
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    level = models.CharField(
        _("cognitive level"), max_length=10, choices=Level.choices, blank=True
    )
    sector = models.CharField(
        _("sector"), max_length=20, choices=Sector.choices, blank=True
    )
    count = models.PositiveSmallIntegerField(_("count"))
    points = models.DecimalField(_("points each"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("blueprint cell")
        verbose_name_plural = _("blueprint cells")
        ordering = ["blueprint_id", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["blueprint", "place"], name="blueprint_cell_place_unique"
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0) & Q(points__gt=0),
                name="blueprint_cell_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.type or self.unit}"


class Exam(models.Model):
    """An examination with its terms; sessions sit it. No personal data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("held by"),
    )
    blueprint = models.ForeignKey(
        Blueprint, on_delete=models.PROTECT, related_name="exams"
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    pass_points = models.DecimalField(_("pass mark"), max_digits=6, decimal_places=2)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=3)
    cooldown_days = models.PositiveSmallIntegerField(
        _("days between attempts"), default=0
    )
    required_minutes = models.PositiveIntegerField(
        _("learning minutes demanded"), default=0
    )
    scoring_rule = models.CharField(
        _("scoring rule"),
        max_length=20,
        choices=ScoringRule.choices,
        default=ScoringRule.ANY_WRONG_IS_ZERO,
    )
    allows_calculator = models.BooleanField(_("calculator allowed"), default=False)
    allows_law_library = models.BooleanField(_("law library allowed"), default=False)
    is_fixed_paper = models.BooleanField(_("one fixed form for all"), default=False)

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gt=0) & Q(attempts__gt=0),
                name="exam_terms_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Form(models.Model):
    """A drawn and sealed form: what is asked, in which order, with which key.

    Content is frozen here before the bell, so that no later edit of the bank can
    reach a running sitting. ``key`` never leaves the server. No personal data.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="forms")
    number = models.PositiveIntegerField(_("number"))
    seed = models.BigIntegerField(_("seed"))
    content: models.JSONField[dict[str, Any]] = models.JSONField(_("content"))
    key: models.JSONField[dict[str, Any]] = models.JSONField(_("key"))
    seal = models.CharField(_("seal"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["exam_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "number"], name="form_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}-{self.number}"


class FormItem(models.Model):
    """Which revision stands at which place of a form: usage and statistics."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveSmallIntegerField(pgettext_lazy("form", "position"))
    revision = models.ForeignKey(
        "exams.ItemRevision", on_delete=models.PROTECT, related_name="places"
    )

    class Meta:
        verbose_name = _("item of a form")
        verbose_name_plural = _("items of forms")
        ordering = ["form_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "position"], name="form_item_position_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.position}"


class SessionQuerySet(models.QuerySet["Session"]):
    """Adjectives of sessions."""

    def open_at(self, now: datetime) -> SessionQuerySet:
        """Begun and not over."""
        return self.filter(opens_at__lte=now, closes_at__gt=now)


class Session(models.Model):
    """One occasion on which an exam is sat: window, room, invigilators.

    Personal data: who invigilates.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(_("title"), max_length=120)
    mode = models.CharField(
        _("mode"), max_length=10, choices=SessionMode.choices, default=SessionMode.ROOM
    )
    place = models.CharField(pgettext_lazy("room", "place"), max_length=200, blank=True)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    invigilators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="invigilated_sessions",
        blank=True,
        verbose_name=_("invigilators"),
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="session_window"
            ),
        ]

    def __str__(self) -> str:
        return self.title
