"""Proposals to score finished runs again after a key was corrected."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from simulator.enums import RescoringStatus
from simulator.models.cases import CaseVersion
from simulator.models.runs import Run, ScoreReport


class Rescoring(models.Model):
    """A corrected key laid over the runs of an older version, for a second person.

    Nothing changes until somebody other than the proposer applies it. Personal
    data: who proposed and decided; through its lines, whose results change.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    old_version = models.ForeignKey(
        CaseVersion,
        on_delete=models.PROTECT,
        related_name="rescorings",
        verbose_name=_("version that was played"),
    )
    new_version = models.ForeignKey(
        CaseVersion,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("version with the corrected key"),
    )
    reason = models.TextField(pgettext_lazy("inspection", "reason"))
    status = models.CharField(
        pgettext_lazy("inspection", "status"),
        max_length=10,
        choices=RescoringStatus.choices,
        default=RescoringStatus.PROPOSED,
    )
    runs_compared = models.PositiveIntegerField(_("runs compared"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("re-scoring")
        verbose_name_plural = _("re-scorings")
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="rescoring_by_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status="proposed", decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    ~models.Q(status="proposed")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="rescoring_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["old_version"],
                condition=models.Q(status="proposed"),
                name="one_open_rescoring_per_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_version} → {self.new_version.number}"


class RescoredRun(models.Model):
    """One result that the corrected key changes, before and after.

    Personal data: through the run, whose result it is.
    """

    rescoring = models.ForeignKey(
        Rescoring, on_delete=models.PROTECT, related_name="lines"
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="rescorings")
    old_report = models.ForeignKey(
        ScoreReport, on_delete=models.PROTECT, related_name="+"
    )
    new_report = models.ForeignKey(
        ScoreReport, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    new_score = models.FloatField(_("new score"))
    now_passed = models.BooleanField(_("passed now"))
    items = models.JSONField(_("items it differs by"), default=list)

    class Meta:
        verbose_name = _("re-scored run")
        verbose_name_plural = _("re-scored runs")
        ordering = ["rescoring", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rescoring", "run"], name="run_rescored_once_per_proposal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.new_score:.1f}"

    @property
    def flips(self) -> bool:
        """Whether passing changes, not only the number."""
        return self.old_report.passed != self.now_passed
