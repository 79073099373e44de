"""Records the simulator hands to other apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RunResult:
    """One scored run, as evidence towards a qualification.

    ``evidence_hash`` is the head of the run's event chain: whoever holds it can
    prove that the log was not changed afterwards.
    """

    case_key: str
    run_id: str
    passed: bool
    score: float
    fatal_vetoes: tuple[str, ...]
    provisional: bool
    scored_at: datetime
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of a dry run: where in the file, how bad, and what to do."""

    level: str
    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case as the list of cases shows it."""

    key: str
    title: str
    sector: str
    method: str
    summary: str
    number: int
    law_as_of: date
    minutes: int
    exam_minutes: int | None
    stale: bool
    best: float | None


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One case of the assessment and the attempt that counts, if it was begun."""

    key: str
    title: str
    minutes: int
    stale: bool
    run_id: str
    live: bool
    score: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class LawHit:
    """An article the search within a run found."""

    key: str
    title: str
    text: str
