"""What runs were worth, for their officers and for other apps."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from courses.registry import Activity, ActivityProgress
from simulator.data import RunResult
from simulator.engine import (
    Event,
    load_profile,
    score,
)
from simulator.engine import ScoreReport as EngineReport
from simulator.enums import Mode, RescoringStatus, RunStatus
from simulator.models import (
    CaseVersion,
    RescoredRun,
    Run,
    RunEvent,
    ScoreReport,
)
from simulator.queries.cases import live_case, playable_cases
from simulator.queries.logs import engine_events

ACTIVITY = "simulation"


def scored_runs(user: User, mode: str = Mode.EXAM) -> list[RunResult]:
    """What the officer's runs of this mode were worth, the latest first."""
    reports = (
        ScoreReport.objects.filter(run__user=user, run__mode=mode, current=True)
        .exclude(run__status=RunStatus.VOID)
        .select_related("run__version__case")
        .order_by("-scored_at")
    )
    return [
        RunResult(
            case_key=report.run.version.case.key,
            run_id=str(report.run.public_id),
            passed=report.passed,
            score=report.score,
            fatal_vetoes=tuple(
                veto["code"] for veto in report.vetoes if veto["level"] == "fatal"
            ),
            provisional=report.provisional,
            scored_at=report.scored_at,
            evidence_hash=report.head_hash,
        )
        for report in reports
    ]


def assessed(assessor: User, officer: User, since: datetime) -> bool:
    """Whether the assessor marked or rated a run of the officer since then.

    Whoever did may not propose or approve the officer's qualification.
    """
    return RunEvent.objects.filter(
        run__user=officer,
        verb__in=("assessor.mark", "assessor.rate"),
        payload__assessor=str(assessor.public_id),
        at_server__gte=since,
    ).exists()


def activity_choices() -> list[Activity]:
    """The cases a programme can assign."""
    return [
        Activity(
            ACTIVITY, case.key, case.title, reverse("simulator:case", args=[case.key])
        )
        for case in playable_cases()
    ]


def activity_progress(
    people: list[User], keys: list[str]
) -> dict[int, dict[str, ActivityProgress]]:
    """How far each of these officers is with the cases: a passed run in any mode."""
    reports = (
        ScoreReport.objects.filter(
            run__user__in=people, current=True, run__version__case__key__in=keys
        )
        .exclude(run__status=RunStatus.VOID)
        .values_list("run__user_id", "run__version__case__key", "passed", "score")
    )
    best: dict[tuple[int, str], tuple[bool, float]] = {}
    for person, key, passed, points in reports:
        before = best.get((person, key), (False, 0.0))
        best[person, key] = max(before, (passed, points))
    begun = set(
        Run.objects.filter(user__in=people, version__case__key__in=keys).values_list(
            "user_id", "version__case__key"
        )
    )
    return {
        person.pk: {
            key: _progress(best.get((person.pk, key)), (person.pk, key) in begun)
            for key in keys
        }
        for person in people
    }


def _progress(best: tuple[bool, float] | None, begun: bool) -> ActivityProgress:
    if best is not None:
        passed, points = best
        detail = gettext("best score %(score).1f") % {"score": points}
        return ActivityProgress(passed, 100 if passed else 60, detail)
    if begun:
        return ActivityProgress(False, 30, gettext("begun"))
    return ActivityProgress(False, 0, gettext("not begun"))


def score_of(
    run: Run, events: list[Event] | None = None, *, key: CaseVersion | None = None
) -> EngineReport:
    """The score of a run as its log, or the given events, stand.

    ``key`` is the version whose key counts; without it the version played.
    """
    case = live_case(key or run.version)
    log = engine_events(run) if events is None else events
    return score(case, run.seed, load_profile(case.scoring.profile), log)


def current_report(run: Run) -> ScoreReport | None:
    """The report that counts, with the version whose key it used."""
    return run.reports.filter(current=True).select_related("key_version").first()


def rescored(run: Run) -> QuerySet[RescoredRun]:
    """How corrected keys changed the result of a run, the latest first."""
    return (
        run.rescorings.filter(rescoring__status=RescoringStatus.APPLIED)
        .select_related("rescoring__new_version", "old_report", "new_report")
        .order_by("-rescoring__decided_at")
    )


def report_payload(report: EngineReport) -> dict[str, Any]:
    """The engine's report as it is kept: plain JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(report), default=str))
    return plain
