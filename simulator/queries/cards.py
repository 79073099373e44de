"""What the list of cases shows of each case and of the assessment."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from accounts.models import User
from simulator.data import AssessmentRow, CaseCard
from simulator.enums import Mode, RunStatus
from simulator.models import Run, ScoreReport
from simulator.queries.cases import live_case, playable_cases, runs_of
from simulator.queries.law import is_stale


def case_cards(user: User, now: datetime) -> list[CaseCard]:
    """Every playable case with what is known beforehand, and one's best score."""
    best = dict(
        ScoreReport.objects.filter(run__user=user, current=True)
        .exclude(run__status=RunStatus.VOID)
        .values_list("run__version__case_id")
        .annotate(best=Max("score"))
    )
    cards = []
    for case in playable_cases():
        version = case.live_version
        if version is None:
            continue
        head = live_case(version).head
        cards.append(
            CaseCard(
                key=case.key,
                title=case.title,
                sector=head.sector,
                method=head.method,
                summary=head.summary,
                number=version.number,
                law_as_of=version.law_as_of,
                minutes=head.time.onsite_budget_min,
                exam_minutes=head.time.real_limit_min
                if Mode.EXAM in head.modes
                else None,
                stale=is_stale(version, now.date()),
                best=best.get(case.pk),
            )
        )
    return cards


def assessment_rows(user: User, cards: Iterable[CaseCard]) -> list[AssessmentRow]:
    """The cases of the assessment, and where the attempt that counts stands."""
    runs = {
        run.version.case.key: run
        for run in runs_of(user)
        .filter(mode=Mode.EXAM)
        .exclude(status=RunStatus.VOID)
        .order_by("started_at")
    }
    return [
        _assessment_row(card, card.exam_minutes, runs.get(card.key))
        for card in cards
        if card.exam_minutes is not None
    ]


def _assessment_row(card: CaseCard, minutes: int, run: Run | None) -> AssessmentRow:
    report = next(iter(getattr(run, "current_reports", ())), None)
    return AssessmentRow(
        key=card.key,
        title=card.title,
        minutes=minutes,
        stale=card.stale,
        run_id=str(run.public_id) if run else "",
        live=run is not None and run.status == RunStatus.LIVE,
        score=report.score if report else None,
        passed=report.passed if report else None,
    )
