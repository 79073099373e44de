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
from exams.rules.practice import due_at, next_step


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
    _keep_notebook(revision, is_right, by, now)
    right = key.get("right", key.get("truth", key.get("blanks", key.get("value"))))
    return Feedback(is_right=is_right, right=right, answer=cleaned)


def _keep_notebook(
    revision: ItemRevision, is_right: bool, by: User, now: datetime
) -> None:
    card = NotebookCard.objects.filter(person=by, item=revision.item).first()
    if card is None:
        if not is_right:
            NotebookCard.objects.create(
                person=by, item=revision.item, due_at=due_at(0, now)
            )
        return
    step = next_step(card.step, is_right=is_right)
    if step is None:
        card.delete()
        return
    card.step, card.due_at = step, due_at(step, now)
    card.save(update_fields=["step", "due_at"])
