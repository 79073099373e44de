"""Terms, continuing study, and what runs out when. All of it computed, never swept."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

REMINDER_DAYS = (90, 30, 7, 1)
"""How long before a date the person and the body are reminded."""


def add_months(moment: datetime, months: int) -> datetime:
    """The same day ``months`` later, or the last day of a shorter month."""
    index = moment.month - 1 + months
    year, month = moment.year + index // 12, index % 12 + 1
    day = min(moment.day, monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


@dataclass(frozen=True, slots=True)
class StudyStanding:
    """Whether the continuing hours of past years are made up.

    ``short_since`` is the first instant from which missing hours count, while any
    are missing; ``owed_minutes`` what closes the gap; ``due_minutes`` and
    ``due_at`` what this year still asks and until when.
    """

    short_since: datetime | None
    owed_minutes: int
    due_minutes: int
    due_at: datetime


def study_standing(
    *,
    required_minutes: int,
    holds_since: datetime,
    at: datetime,
    minutes_by_year: Mapping[int, int],
    zone: tzinfo,
) -> StudyStanding:
    """Continuing study counted by calendar year, from the first whole year.

    Minutes first pay what earlier years owe, then the present year: whoever makes
    up the gap is in order again from that minute, with nobody's help.
    """
    local = at.astimezone(zone)
    first = holds_since.astimezone(zone).year + 1
    owed = 0
    since: datetime | None = None
    for year in range(first, local.year):
        studied = minutes_by_year.get(year, 0)
        if studied >= owed:
            since = None
        left = max(0, studied - owed)
        owed = max(0, owed - studied) + max(0, required_minutes - left)
        since = (since or _new_year(year + 1, zone)) if owed else None
    studied = minutes_by_year.get(local.year, 0)
    still_owed = max(0, owed - studied)
    due = 0 if local.year < first else required_minutes
    return StudyStanding(
        short_since=since if still_owed else None,
        owed_minutes=still_owed,
        due_minutes=max(0, due - max(0, studied - owed)),
        due_at=_new_year(local.year + 1, zone),
    )


def renewal_opens(valid_to: datetime, window_days: int) -> datetime:
    """From when a renewal may be proposed."""
    return valid_to - timedelta(days=window_days)


def may_renew(
    *, valid_to: datetime, window_days: int, grace_days: int, at: datetime
) -> bool:
    """Within the window before the end, or the days of grace after it."""
    end = valid_to + timedelta(days=grace_days)
    return renewal_opens(valid_to, window_days) <= at < end


def renewal_term(
    *, valid_to: datetime, months: int, at: datetime
) -> tuple[datetime, datetime]:
    """The next half-open term: it follows the old one, or begins now when late."""
    since = max(valid_to, at)
    return since, add_months(since, months)


def check_due(
    *, holds_since: datetime, checked_at: datetime | None, check_months: int
) -> datetime | None:
    """Until when the next annual check must be passed; None where there is none."""
    if not check_months:
        return None
    return add_months(checked_at or holds_since, check_months)


def reminder_due(*, end: datetime, at: datetime, sent: frozenset[int]) -> int | None:
    """The step of ``REMINDER_DAYS`` to send now, or None.

    A late clock sends only the nearest step: nobody wants four letters at once.
    """
    if at >= end:
        return None
    due = [days for days in REMINDER_DAYS if at >= end - timedelta(days=days)]
    nearest = min(due, default=None)
    return nearest if nearest is not None and nearest not in sent else None


def _new_year(year: int, zone: tzinfo) -> datetime:
    return datetime(year, 1, 1, tzinfo=zone)
