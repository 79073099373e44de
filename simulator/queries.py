"""Reads over cases and runs."""

from datetime import datetime

from accounts.models import User
from simulator.data import RunResult
from simulator.enums import Mode
from simulator.models import RunEvent, ScoreReport


def scored_runs(user: User, mode: str = Mode.EXAM) -> list[RunResult]:
    """What the officer's runs of this mode were worth, the latest first."""
    reports = (
        ScoreReport.objects.filter(run__user=user, run__mode=mode, current=True)
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
