"""Item types: pure rules from draft to mark. Update docs/algorithms/grading.md."""

from __future__ import annotations

from typing import Any

from exams.data import ItemDraft, Problem
from exams.enums import ItemType, Markup
from exams.question_types.arrangement import Matching, Ordering
from exams.question_types.base import BadAnswer, QuestionType, normalised, problem
from exams.question_types.choice import Choice, TrueFalse
from exams.question_types.text import FillIn, Numeric, WrittenAnswer

__all__ = [
    "QUESTION_TYPES",
    "BadAnswer",
    "QuestionType",
    "draft_content",
    "draft_problems",
    "normalised",
]

QUESTION_TYPES: dict[str, QuestionType] = {
    ItemType.SINGLE_CHOICE.value: Choice(single=True),
    ItemType.MULTIPLE_CHOICE.value: Choice(single=False),
    ItemType.TRUE_FALSE.value: TrueFalse(),
    ItemType.FILL_IN.value: FillIn(),
    ItemType.NUMERIC.value: Numeric(),
    ItemType.MATCHING.value: Matching(),
    ItemType.ORDERING.value: Ordering(),
    ItemType.SHORT_ANSWER.value: WrittenAnswer(),
    ItemType.CASE_ANALYSIS.value: WrittenAnswer(),
}


def draft_problems(draft: ItemDraft) -> list[Problem]:
    """Everything that keeps a draft from becoming an item."""
    kind = QUESTION_TYPES.get(draft.type)
    if kind is None:
        return [problem("type_unknown", "This item type is not known.", draft.type)]
    found = kind.problems(draft)
    if not draft.stem.strip():
        found.append(problem("stem_empty", "The stem is empty."))
    if draft.markup not in Markup.values:
        found.append(problem("markup_unknown", "Unknown markup.", draft.markup))
    if not 0 < draft.difficulty <= 1:
        found.append(problem("difficulty_range", "Difficulty lies between 0 and 1."))
    return found


def draft_content(draft: ItemDraft) -> dict[str, Any]:
    """The part of a revision that depends on its type, key included."""
    return QUESTION_TYPES[draft.type].content(draft)
