"""Card numbers: issuing division, year, running number: 390200-2024-0147."""

from __future__ import annotations

import re

PATTERN = re.compile(r"^([0-9]{6}(?:[0-9]{3})?)-([0-9]{4})-([0-9]{4,6})$")


def format_number(division: str, year: int, ordinal: int) -> str:
    """The printed form; numbers of one division and year have no gaps."""
    return f"{division}-{year}-{ordinal:04d}"


def parse_number(text: str) -> tuple[str, int, int] | None:
    """Division, year and ordinal of a number as people type it, or None.

    Full-width digits and dashes from Chinese keyboards are accepted.
    """
    plain = text.strip().translate(_PLAIN)
    match = PATTERN.match(plain)
    if match is None:
        return None
    return match[1], int(match[2]), int(match[3])


_PLAIN = str.maketrans(
    {
        **{chr(0xFF10 + d): str(d) for d in range(10)},
        "－": "-",
        "—": "-",
        "–": "-",
        " ": None,
    }
)
