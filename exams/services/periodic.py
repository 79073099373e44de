"""What the clock asks for."""

from __future__ import annotations

from datetime import datetime

from exams.services.results import mark_waiting_sittings
from exams.services.sittings import close_overdue_sittings


def close_and_mark(*, now: datetime) -> tuple[int, int, list[str]]:
    """Close overdue sittings and mark closed ones: closed, marked, not closed."""
    closed, failed = close_overdue_sittings(now=now)
    return closed, mark_waiting_sittings(now=now), failed
