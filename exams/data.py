"""Records handed to other packages and to importers. Standard library only.

``ItemDraft`` is the one shape in which an item enters the bank, whoever wrote it:
the author's form, ``load_items`` and every importer of ``exams.formats``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """One option of a choice item.

    ``fraction`` keeps a partial score of another system (1 = full marks, may be
    negative); it is kept for round trips and does not replace the exam's rule.
    """

    text: str
    correct: bool
    feedback: str = ""
    fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NumericDraft:
    """The right number, how far off an answer may be, and its unit."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class MatchingDraft:
    """Two columns; ``pairs`` names for each left index its right index."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """One line of a rubric."""

    criterion: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class SupportDraft:
    """A phrase that stands in the cited place, checked against the text."""

    ref: str
    phrase: str


@dataclass(frozen=True, slots=True)
class ExhibitDraft:
    """Material that items hang on: a text, a table, or a drawn figure."""

    key: str
    title: str
    kind: str
    text: str = ""
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    svg: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as an author or a file gives it, before it becomes a revision.

    Which of the key fields is used follows from ``type`` (an ``ItemType`` value):
    ``options`` for single and multiple choice, ``truth`` for true/false, ``blanks``
    (per blank the accepted alternatives) for fill-in, ``numeric``, ``matching``,
    ``ordering`` (texts in the right order), ``rubric`` for what people mark.
    ``markup`` is ``plain`` or ``html`` (already sanitised by the importer).
    """

    key: str
    type: str
    stem: str
    aspect: str = ""
    topic: str = ""
    sectors: tuple[str, ...] = ()
    level: str = "know"
    difficulty: Decimal = Decimal("0.60")
    pool: str = "exam"
    markup: str = "plain"
    options: tuple[OptionDraft, ...] = ()
    truth: bool | None = None
    blanks: tuple[tuple[str, ...], ...] = ()
    numeric: NumericDraft | None = None
    matching: MatchingDraft | None = None
    ordering: tuple[str, ...] = ()
    rubric: tuple[CriterionDraft, ...] = ()
    rationale: str = ""
    citations: tuple[str, ...] = ()
    law_as_of: date | None = None
    support: tuple[SupportDraft, ...] = ()
    exhibit: str = ""
    tags: tuple[str, ...] = ()
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseSetDraft:
    """Items that belong together and share one exhibit."""

    key: str
    title: str
    exhibit: str
    items: tuple[str, ...]
    intro: str = ""


@dataclass(frozen=True, slots=True)
class ItemFileDraft:
    """Everything one item file brings."""

    items: tuple[ItemDraft, ...] = ()
    exhibits: tuple[ExhibitDraft, ...] = ()
    case_sets: tuple[CaseSetDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused: where, what, in words for the author."""

    code: str
    message: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a sealed form, key included; never leaves the server."""

    position: int
    type: str
    points: Decimal
    aspect: str
    shown: dict[str, Any]
    key: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """What the folds need of a stored event."""

    seq: int
    kind: str
    question: int | None
    payload: dict[str, Any]
    at_server: datetime


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One line of the browser's journal."""

    client_seq: int
    kind: str
    at_client: datetime | None
    question: int | None
    answer: Any = None


@dataclass(frozen=True, slots=True)
class AnswerState:
    """The fold of a sitting's events: what was answered and flagged last."""

    answers: dict[int, Any]
    flags: frozenset[int]


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """What one question earned."""

    position: int
    points: Decimal
    maximum: Decimal
    aspect: str
    answered: bool


@dataclass(frozen=True, slots=True)
class SittingScore:
    """The whole score of a sitting, computed from events and key alone."""

    points: Decimal
    maximum: Decimal
    passed: bool
    questions: tuple[QuestionScore, ...]
    aspects: dict[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Saved:
    """The server's acknowledgement of a batch."""

    acknowledged: int
    head_seq: int
    saved_at: datetime
    deadline: datetime | None
    state: str
    newer: dict[int, Any]


@dataclass(frozen=True, slots=True)
class ExamResult:
    """A released result, as other packages may know it."""

    exam_key: str
    sitting_id: str
    passed: bool
    points: Decimal
    maximum: Decimal
    score_version: int
    released_at: datetime
    evidence_hash: str
    annulled: bool
