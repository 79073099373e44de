"""Scores: computed from the log, kept as reports, never edited."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from simulator.engine import ScoreReport as EngineReport
from simulator.engine import load_profile
from simulator.models import CaseVersion, Run, ScoreReport
from simulator.queries import live_case, report_payload, score_of
from simulator.signals import run_scored


def score_run(run: Run, *, now: datetime) -> ScoreReport:
    """Score the run as its log stands and make that report the one that counts.

    Repeating makes a further report only when the result differs.
    """
    values = _values(run.version, score_of(run))
    before = run.reports.filter(current=True).first()
    if before is not None and before.report == values["report"]:
        return before
    return _replace(run, values, now=now)


def report_with_key(run: Run, key: CaseVersion, *, now: datetime) -> ScoreReport:
    """A new report under the key of another version, which counts from now on."""
    values = _values(key, score_of(run, key=key))
    return _replace(run, {**values, "key_version": key}, now=now)


def _replace(run: Run, values: dict[str, Any], *, now: datetime) -> ScoreReport:
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


def _values(key: CaseVersion, result: EngineReport) -> dict[str, Any]:
    profile = load_profile(live_case(key).scoring.profile)
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
