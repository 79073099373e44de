"""When somebody is reminded of a deadline."""

from __future__ import annotations

ASSIGNED = "assigned"
WEEK = "week"
DAY = "day"
LATE = "late"


def occasion_on(days_left: int) -> str:
    """The occasion that holds so many days before a deadline; empty: none."""
    if days_left < 0:
        return LATE
    if days_left <= 1:
        return DAY
    if days_left <= 7:
        return WEEK
    return ""
