"""When a wrongly answered item comes back, and which item comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fsrs import Card, Rating, Scheduler

# An item that would only come back after so long is known; it leaves the notebook.
LEARNT = timedelta(days=60)
# Steps within a day are for vocabulary trainers; the notebook counts in days. Chance is
# switched off, so that the same answers give the same days.
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a person's memory of one item, and when it is asked again."""

    memory: dict[str, Any]
    due_at: datetime
    is_learnt: bool


def remember(memory: Mapping[str, Any], *, is_right: bool, now: datetime) -> Remembered:
    """One answer more, by the FSRS model of memory; an empty memory is a new card."""
    at = now.astimezone(UTC)
    card = Card.from_dict(dict(memory)) if memory else Card(card_id=1, due=at)  # type: ignore[arg-type]
    rating = Rating.Good if is_right else Rating.Again
    card, _log = SCHEDULER.review_card(card, rating, at)
    return Remembered(
        memory=dict(card.to_dict()),
        due_at=card.due,
        is_learnt=is_right and card.due - at >= LEARNT,
    )


def weakest_first(
    shares: Mapping[str, tuple[int, int]], keys: Sequence[str]
) -> list[str]:
    """Aspects by share of right answers, with little evidence drawn to the middle.

    ``shares`` holds right and all answers. One right in one is no mastery: two answers,
    one of them wrong, are added to everything.
    """

    def strength(key: str) -> float:
        right, total = shares.get(key, (0, 0))
        return (right + 1) / (total + 2)

    return sorted(keys, key=strength)
