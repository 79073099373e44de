"""Practising: answering an item of the practice pool and learning from it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from exams.enums import Pool, ScoringRule
from exams.errors import BadBatch, NotAllowedNow
from exams.models import ItemRevision, NotebookCard, PracticeAnswer
from exams.question_types import QUESTION_TYPES, BadAnswer
from exams.rules.practice import remember


@dataclass(frozen=True)
class Feedback:
    """What a learner is told after an answer."""

    is_right: bool
    right: Any
    answer: Any


def seal_for_practice(
    revision: ItemRevision, seed: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An item in the order of this showing; the same seed shows the same order."""
    rng = random.Random(f"{revision.public_id}/{seed}")  # noqa: S311
    return QUESTION_TYPES[revision.type].seal(revision.content, rng)


@transaction.atomic
def answer_practice(
    revision: ItemRevision, answer: Any, *, seed: str, by: User, now: datetime
) -> Feedback:
    """Mark one practice answer, remember it, and keep the notebook.

    Every call is a new answer. Refuses items that are reserved for real exams.
    """
    if revision.item.pool != Pool.PRACTICE:
        raise NotAllowedNow("not a practice item")
    shown, key = seal_for_practice(revision, seed)
    kind = QUESTION_TYPES[revision.type]
    try:
        cleaned = kind.clean(answer, shown)
    except BadAnswer as error:
        raise BadBatch(str(error)) from error
    is_right = kind.grade(cleaned, key, ScoringRule.ALL_OR_NOTHING) == 1
    PracticeAnswer.objects.create(
        person=by, revision=revision, is_right=is_right, at=now
    )
    keep_notebook(revision, is_right=is_right, by=by, now=now)
    return Feedback(is_right=is_right, right=right_of(key), answer=cleaned)


def right_of(key: dict[str, Any]) -> Any:
    """The right answer of a sealed key, as practice shows it."""
    return key.get("right", key.get("truth", key.get("blanks", key.get("value"))))


def keep_notebook(
    revision: ItemRevision, *, is_right: bool, by: User, now: datetime
) -> None:
    """A wrong answer enters the notebook; an item that is known again leaves it."""
    card = NotebookCard.objects.filter(person=by, item=revision.item).first()
    if card is None and is_right:
        return
    state = remember(card.memory if card else {}, is_right=is_right, now=now)
    if card is not None and state.is_learnt:
        card.delete()
        return
    NotebookCard.objects.update_or_create(
        person=by,
        item=revision.item,
        defaults={"memory": state.memory, "due_at": state.due_at},
    )
