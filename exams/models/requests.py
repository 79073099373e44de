"""What candidates ask of their invigilators."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TimeRequest(models.Model):
    """A candidate asks for more time during a sitting; an invigilator decides.

    Personal data: the reason, which may speak of health.
    """

    sitting = models.ForeignKey(
        "exams.Sitting", on_delete=models.PROTECT, related_name="time_requests"
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_at = models.DateTimeField(pgettext_lazy("extra time", "asked at"))
    granted_minutes = models.PositiveSmallIntegerField(
        _("minutes granted"), null=True, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for time")
        verbose_name_plural = _("requests for time")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(decided_at__isnull=True),
                name="time_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(granted_minutes__isnull=False),
                name="time_request_decided_says_how_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id} +{self.minutes}"
