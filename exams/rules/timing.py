"""How much time a sitting has: the sum of a ledger. Update docs/algorithms/clock.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

# A batch sent in the last second is still on its way when the time is over. The
# server closes only after this; the candidate's clock never shows it.
GRACE = timedelta(seconds=10)
LONGEST_ADDITION = timedelta(hours=4)


def base_seconds(minutes: int, opened_at: datetime, closes_at: datetime) -> int:
    """Time at the start: the exam's length, cut by the end of the session."""
    left = int((closes_at - opened_at).total_seconds())
    return max(0, min(minutes * 60, left))


def deadline(opened_at: datetime, seconds: Iterable[int]) -> datetime:
    """The moment of hand-in: opening plus every entry of the clock ledger."""
    return opened_at + timedelta(seconds=sum(seconds))


def pause_seconds(paused_at: datetime, resumed_at: datetime) -> int:
    """What a pause gives back: never less than it lasted."""
    return max(0, -int(-(resumed_at - paused_at).total_seconds() // 1))


def is_over(deadline_at: datetime, now: datetime) -> bool:
    """Time is over for the candidate."""
    return now >= deadline_at


def may_close(deadline_at: datetime, now: datetime) -> bool:
    """Time is over and nothing sent in time can still be on its way."""
    return now >= deadline_at + GRACE


def accepts(deadline_at: datetime, now: datetime) -> bool:
    """An answer arriving now still counts."""
    return now < deadline_at + GRACE


def outage_seconds(began_at: datetime, ended_at: datetime) -> int:
    """The credit for an outage: its whole length, rounded up to the second."""
    return pause_seconds(began_at, ended_at)


def abandoned_at(session_closes_at: datetime) -> datetime:
    """When a pause that nobody ended is taken as the end of the sitting."""
    return session_closes_at + LONGEST_ADDITION
