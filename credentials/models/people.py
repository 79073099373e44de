"""Declarations of officers, and what was sent to them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credentials.models.register import Qualification


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Recusals by moment."""

    def standing(self, at: datetime) -> RecusalQuerySet:
        """Declared and not yet ended at ``at``."""
        return self.filter(since__lte=at).filter(
            Q(until__isnull=True) | Q(until__gt=at)
        )


class Recusal(models.Model):
    """A declared interest that keeps an officer away from a site or one inspection.

    Basis: recusal in 行政处罚法第四十三条. Personal data: the officer's ties, and who
    declared them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recusals"
    )
    site = models.CharField(_("site"), max_length=64, blank=True)
    inspection = models.CharField(_("inspection"), max_length=128, blank=True)
    site_name = models.CharField(_("enterprise"), max_length=128, blank=True)
    relation = models.CharField(_("relation"), max_length=200, blank=True)
    employer = models.BooleanField(_("worked there"), default=False)
    since = models.DateTimeField(_("declared at"))
    until = models.DateTimeField(_("ended at"), null=True, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="recusals_declared",
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recusals_ended",
    )

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(site="") | ~Q(inspection=""),
                name="recusal_names_something",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="recusal_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.site or self.inspection}"


class Reminder(models.Model):
    """That a reminder was sent, so that it is sent once.

    Personal data: that the person was reminded.
    """

    qualification = models.ForeignKey(
        Qualification, on_delete=models.CASCADE, related_name="reminders"
    )
    topic = models.CharField(max_length=16)
    end = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["qualification", "topic", "end", "days"], name="reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.days}"
