"""What a corrected key would change: a proposal, applied by nobody here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.engine.case import Case
from simulator.engine.events import Event
from simulator.engine.profile import Profile
from simulator.engine.scoring import Mark, ScoreReport, score


@dataclass(frozen=True)
class ScoredRun:
    """A finished run as the store knows it."""

    run_id: str
    seed: int
    events: tuple[Event, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class ChangedResult:
    """A run whose result would differ, and the items it differs by."""

    run_id: str
    total: float
    new_total: float
    passed: bool
    now_passed: bool
    items: tuple[str, ...]


def changed_results(
    old: Case, new: Case, profile: Profile, runs: Iterable[ScoredRun]
) -> tuple[ChangedResult, ...]:
    """The runs whose total or passing changes under the corrected key.

    The corrected case must have the same slots and options: a seed has to mean
    the same variant before and after.
    """
    found = []
    for run in runs:
        before = score(old, run.seed, profile, run.events, run.marks)
        after = score(new, run.seed, profile, run.events, run.marks)
        if (before.total, before.passed) == (after.total, after.passed):
            continue
        found.append(
            ChangedResult(
                run_id=run.run_id,
                total=before.total,
                new_total=after.total,
                passed=before.passed,
                now_passed=after.passed,
                items=_items(before, after),
            )
        )
    return tuple(found)


def _items(before: ScoreReport, after: ScoreReport) -> tuple[str, ...]:
    """The items whose lines differ, in the order of the case."""
    known = {(x.component, x.item): x.points for x in before.lines}
    changed: Sequence[str] = [
        line.item
        for line in after.lines
        if line.item and known.get((line.component, line.item)) != line.points
    ]
    return tuple(dict.fromkeys(changed))
