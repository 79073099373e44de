"""How long personal data is kept; docs/operations/privacy.md says it to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

CONTACT_KEPT = timedelta(days=365)
"""Contact data, photo, notes and practice, after the last post ended."""

NAME_KEPT = timedelta(days=5 * 365)
"""The name, after the last post ended."""


def contact_is_due(last_day: date | None, today: date) -> bool:
    """Whether contact data goes: the last post ended a year ago or more."""
    return last_day is not None and last_day + CONTACT_KEPT <= today


def name_is_due(last_day: date | None, needed: Sequence[date], today: date) -> bool:
    """Whether the name goes: five years after the last post, and nothing needs it.

    `needed` holds, per app, the last day on which a result or qualification still
    needs the name.
    """
    if last_day is None or last_day + NAME_KEPT > today:
        return False
    return all(day < today for day in needed)
