"""Sortable random identifiers (ULID): 48 bits of time, 80 bits of chance."""

from __future__ import annotations

from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_ulid(now: datetime, chance: bytes) -> str:
    """26 characters that sort by time; ``chance`` are ten random bytes."""
    number = int(now.timestamp() * 1000) << 80 | int.from_bytes(chance, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
