"""Runs, their event logs and their scores."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.chain import GENESIS
from simulator.enums import FINISHED_STATUSES, Mode, RunAct, RunStatus
from simulator.models.cases import CaseVersion, InspectionCase


class RunQuerySet(models.QuerySet["Run"]):
    """Readings of runs."""

    def live(self) -> RunQuerySet:
        return self.filter(status=RunStatus.LIVE)

    def finished(self) -> RunQuerySet:
        return self.filter(status__in=FINISHED_STATUSES)


class Run(models.Model):
    """One person's simulated inspection of one pinned version and variant.

    Personal data: who played, when, and (through the score) how well. What was
    done stands in the events, which name the person only by the run's random id.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="simulator_runs",
        verbose_name=pgettext_lazy("inspection", "officer"),
    )
    version = models.ForeignKey(
        CaseVersion,
        on_delete=models.PROTECT,
        related_name="runs",
        verbose_name=_("case version"),
    )
    seed = models.PositiveIntegerField(_("variant seed"))
    mode = models.CharField(
        pgettext_lazy("inspection", "mode"), max_length=10, choices=Mode.choices
    )
    attempt = models.PositiveSmallIntegerField(
        pgettext_lazy("inspection", "attempt"), default=1
    )
    status = models.CharField(
        pgettext_lazy("inspection", "status"),
        max_length=10,
        choices=RunStatus.choices,
        default=RunStatus.LIVE,
    )
    started_at = models.DateTimeField(pgettext_lazy("inspection", "started at"))
    deadline_at = models.DateTimeField(_("to be finished by"), null=True, blank=True)
    ended_at = models.DateTimeField(
        pgettext_lazy("inspection", "ended at"), null=True, blank=True
    )
    head_seq = models.PositiveIntegerField(_("last event"), default=0)
    head_hash = models.CharField(_("head of the chain"), max_length=64, default=GENESIS)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("inspection", "run")
        verbose_name_plural = _("runs")
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["user", "mode", "status"], name="run_of_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"],
                condition=models.Q(status="live", mode="exam"),
                name="one_live_assessment_per_version",
            ),
            models.CheckConstraint(
                condition=models.Q(status="live") | models.Q(ended_at__isnull=False),
                name="ended_run_has_end",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RunEvent(models.Model):
    """One thing that happened in a run. Appended, never changed or removed.

    Database triggers refuse UPDATE and DELETE on both databases. Personal data:
    none; the actor is a role, the run an opaque id.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    client_event_id = models.CharField(max_length=64)
    at_server = models.DateTimeField()
    sim_clock = models.CharField(max_length=32, blank=True)
    phase = models.CharField(max_length=20)
    actor = models.CharField(max_length=20)
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict)
    cost_min = models.PositiveIntegerField(default=0)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("run event")
        verbose_name_plural = _("run events")
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="run_event_seq_once"),
            models.UniqueConstraint(
                fields=["run", "client_event_id"], name="run_event_client_id_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"


class ScoreReport(models.Model):
    """What a run was worth under one profile: a fold over its events, kept.

    Never changed, by triggers on both databases: a corrected key or an assessor's
    mark makes a new report, and ``current`` says which one counts. Personal data:
    through the run only.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField(pgettext_lazy("inspection", "number"))
    key_version = models.ForeignKey(
        CaseVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scored with the key of"),
        help_text=_("Empty: the key of the version that was played."),
    )
    current = models.BooleanField(pgettext_lazy("inspection", "counts"), default=True)
    profile = models.CharField(_("scoring profile"), max_length=80)
    score = models.FloatField(pgettext_lazy("inspection", "score"))
    pass_mark = models.FloatField(pgettext_lazy("inspection", "pass mark"))
    passed = models.BooleanField(pgettext_lazy("inspection", "passed"))
    provisional = models.BooleanField(_("provisional"))
    vetoes = models.JSONField(_("vetoes"), default=list)
    components = models.JSONField(
        pgettext_lazy("inspection", "components"), default=dict
    )
    report = models.JSONField(_("full report"), default=dict)
    head_hash = models.CharField(_("head of the chain"), max_length=64)
    scored_at = models.DateTimeField(_("scored at"))

    class Meta:
        verbose_name = _("score report")
        verbose_name_plural = _("score reports")
        ordering = ["run", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="report_number_once"
            ),
            models.UniqueConstraint(
                fields=["run"],
                condition=models.Q(current=True),
                name="one_report_counts",
            ),
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=100),
                name="score_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.score:.1f}"


class AttemptGrant(models.Model):
    """Leave for one more attempt that counts, with the reason it was given.

    Personal data: for whom, by whom, why.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("inspection", "officer"),
    )
    case = models.ForeignKey(
        InspectionCase,
        on_delete=models.PROTECT,
        related_name="grants",
        verbose_name=pgettext_lazy("inspection", "case"),
    )
    reason = models.TextField(pgettext_lazy("inspection", "reason"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("granted by"),
    )
    granted_at = models.DateTimeField(pgettext_lazy("inspection", "granted at"))

    class Meta:
        verbose_name = _("further attempt")
        verbose_name_plural = _("further attempts")
        ordering = ["-granted_at"]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.granted_at:%Y-%m-%d}"


class RunDecision(models.Model):
    """What an invigilator decided about a run, with the reason. Only added to.

    Personal data: about whose run, by whom, why.
    """

    run = models.ForeignKey(
        Run,
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=pgettext_lazy("inspection", "run"),
    )
    act = models.CharField(_("what was decided"), max_length=10, choices=RunAct.choices)
    minutes = models.PositiveIntegerField(_("minutes given"), null=True, blank=True)
    reason = models.TextField(pgettext_lazy("inspection", "reason"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision about a run")
        verbose_name_plural = _("decisions about runs")
        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.act} · {self.decided_at:%Y-%m-%d}"
