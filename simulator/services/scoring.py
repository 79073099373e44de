"""Scores: computed from the log, kept as reports, never edited."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from simulator.engine import ScoreReport as EngineReport
from simulator.engine import load_profile
from simulator.models import Run, ScoreReport
from simulator.queries import case_of, report_payload, score_of
from simulator.signals import run_scored


def score_run(run: Run, *, now: datetime) -> ScoreReport:
    """Score the run as its log stands and make that report the one that counts.

    Repeating makes a further report only when the result differs.
    """
    values = _values(run, score_of(run))
    before = run.reports.filter(current=True).first()
    if before is not None and before.report == values["report"]:
        return before
    run.reports.filter(current=True).update(current=False)
    report = ScoreReport.objects.create(
        run=run,
        number=run.reports.count() + 1,
        head_hash=run.head_hash,
        scored_at=now,
        **values,
    )
    transaction.on_commit(
        partial(
            run_scored.send_robust,
            sender=Run,
            run_public_id=str(run.public_id),
            now=now,
        )
    )
    return report


def _values(run: Run, result: EngineReport) -> dict[str, Any]:
    profile = load_profile(case_of(run).scoring.profile)
    return {
        "profile": result.profile,
        "score": result.total,
        "pass_mark": profile.pass_mark,
        "passed": result.passed,
        "provisional": result.provisional,
        "vetoes": [
            {"code": veto.code, "level": veto.level, "text": veto.text}
            for veto in result.vetoes
        ],
        "components": dict(result.components),
        "report": report_payload(result),
    }
