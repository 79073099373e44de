"""When a wrongly answered item comes back, and which item comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

# Days until an item of the notebook returns, growing with every right answer; after the
# last step the item has been learnt and leaves the notebook.
STEPS = (1, 3, 7, 16, 35)


def next_step(step: int, *, is_right: bool) -> int | None:
    """One step on when right, back to the first when wrong; None when learnt."""
    if not is_right:
        return 0
    return step + 1 if step + 1 < len(STEPS) else None


def due_at(step: int, now: datetime) -> datetime:
    """When an item at this step returns."""
    return now + timedelta(days=STEPS[step])


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
