"""What a candidate sees of a sitting: never a key, never an unreleased score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from exams.data import AnswerState
from exams.enums import ItemType, ScoringRule
from exams.models import Sitting
from exams.question_types.base import LETTERS


@dataclass(frozen=True)
class Row:
    """One line to be matched, or one step to be ordered."""

    key: str
    text: str
    chosen: str


@dataclass(frozen=True)
class Choice:
    """One option as it stands on the screen."""

    letter: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class ShownQuestion:
    """One question as it stands on the screen."""

    position: int
    type: str
    label: str
    hint: str
    points: str
    stem: str
    markup: str
    exhibit: str
    choices: list[Choice]
    rows: list[Row]
    letters: list[str]
    blanks: list[str]
    text: str
    unit: str
    truth: str
    is_answered: bool
    is_flagged: bool

    @property
    def id(self) -> str:
        """The anchor of the question."""
        return f"q{self.position}"


@dataclass(frozen=True)
class QuestionGroup:
    """Neighbouring questions of one kind, for the answer card."""

    label: str
    questions: list[ShownQuestion]

    @property
    def first(self) -> int:
        """Number of the first question."""
        return self.questions[0].position

    @property
    def last(self) -> int:
        """Number of the last question."""
        return self.questions[-1].position


def sittings_of(user: User) -> QuerySet[Sitting]:
    """A person's own sittings, newest session first."""
    return (
        Sitting.objects.filter(candidate=user)
        .select_related("exam", "session", "released_score")
        .order_by("-session__opens_at")
    )


def is_sitting(user: User) -> bool:
    """An exam of this person is running now."""
    return Sitting.objects.open().filter(candidate=user).exists()


def show_questions(
    content: dict[str, Any], state: AnswerState, rule: str
) -> list[ShownQuestion]:
    """The questions of a form with what has been answered so far."""
    return [_show_question(entry, state, rule) for entry in content["questions"]]


def _show_question(
    entry: dict[str, Any], state: AnswerState, rule: str
) -> ShownQuestion:
    position, kind, shown = entry["position"], entry["type"], entry["shown"]
    answer = state.answers.get(position)
    chosen = answer if isinstance(answer, list) else []
    rows: list[Row] = []
    if kind == ItemType.MATCHING:
        pairs = answer or {}
        rows = [
            Row(str(n), text, pairs.get(str(n), ""))
            for n, text in enumerate(shown["rows"])
        ]
    elif kind == ItemType.ORDERING:
        rows = [
            Row(
                step["letter"],
                step["text"],
                str(chosen.index(step["letter"]) + 1)
                if step["letter"] in chosen
                else "",
            )
            for step in shown["texts"]
        ]
    options = shown.get("options") or shown.get("choices") or []
    return ShownQuestion(
        position=position,
        type=kind,
        label=str(ItemType(kind).label),
        hint=points_hint(kind, rule),
        points=entry["points"].rstrip("0").rstrip("."),
        stem=entry["stem"],
        markup=entry["markup"],
        exhibit=entry["exhibit"] or "",
        choices=[
            Choice(o["letter"], o["text"], o["letter"] in chosen) for o in options
        ],
        rows=rows,
        letters=[str(n) for n in range(1, len(rows) + 1)]
        if kind == ItemType.ORDERING
        else [o["letter"] for o in options],
        blanks=(chosen or [""] * shown["blanks"]) if kind == ItemType.FILL_IN else [],
        text=answer if isinstance(answer, str) else "",
        unit=shown.get("unit", ""),
        truth="" if not isinstance(answer, bool) else str(answer).lower(),
        is_answered=answer is not None,
        is_flagged=position in state.flags,
    )


def points_hint(kind: str, rule: str) -> str:
    """How an answer of this type earns points, as an enum label to be translated."""
    if kind in (ItemType.SINGLE_CHOICE, ItemType.TRUE_FALSE, ItemType.NUMERIC):
        rule = rule if rule == ScoringRule.NEGATIVE else ""
    return str(ScoringRule(rule).label) if rule else ""


def group_questions(
    content: dict[str, Any], questions: list[ShownQuestion], case_label: str
) -> list[QuestionGroup]:
    """The blocks of the answer card, in the order of the form."""
    groups = {e["position"]: e["group"] for e in content["questions"]}
    return [
        QuestionGroup(
            case_label if group == "case" else str(ItemType(group).label), list(block)
        )
        for group, block in groupby(questions, key=lambda q: groups[q.position])
    ]


def letters(count: int) -> list[str]:
    """The first letters of the alphabet."""
    return list(LETTERS[:count])


@dataclass(frozen=True)
class ClockNotice:
    """Something about time that the candidate is told."""

    at: datetime
    minutes: int
    reason: str


def clock_notices(sitting: Sitting) -> list[ClockNotice]:
    """Additions to the time, oldest first."""
    return [
        ClockNotice(entry.at, round(entry.seconds / 60), entry.reason)
        for entry in sitting.clock_entries.exclude(kind="base").order_by("at")
        if entry.seconds >= 30
    ]
