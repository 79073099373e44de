"""Places in statutes as lessons write them."""

from __future__ import annotations

from datetime import date


def split_dated_key(value: str) -> tuple[str, date]:
    """``AQSCF:97@2021-09-01`` → the key and the day; ValueError for anything else."""
    key, at, day = value.partition("@")
    if not key or not at:
        raise ValueError(value)
    return key, date.fromisoformat(day)
