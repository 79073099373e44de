"""Does an area contain a division at a time? Codes after GB/T 2260.

The table of dated parents decides where it knows a code; a code it does not know
follows the structure of the code itself (province, city, county, township).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from credentials.data import DivisionSpan

NATION = "000000"
Spans = Mapping[str, tuple[DivisionSpan, ...]]


def structural_parent(code: str) -> str:
    """The division a code lies in by its digits; the nation lies in nothing."""
    if len(code) > 6:
        return code[:6]
    if code[4:] != "00":
        return code[:4] + "00"
    if code[2:] != "0000":
        return code[:2] + "0000"
    return NATION if code != NATION else ""


def parent_of(code: str, at: datetime, spans: Spans) -> str:
    """The division a code lies in at a time; empty when it no longer exists."""
    dated = spans.get(code)
    if dated is None:
        return structural_parent(code)
    for span in dated:
        if span.since <= at and (span.until is None or at < span.until):
            return span.parent
    return ""


def ancestors(code: str, at: datetime, spans: Spans) -> frozenset[str]:
    """The division itself and everything it lies in; empty for an extinct one."""
    return _dated(code, at, spans) if spans else _structural(code)


@lru_cache(maxsize=4096)
def _structural(code: str) -> frozenset[str]:
    found = [code]
    while parent := structural_parent(found[-1]):
        found.append(parent)
    return frozenset(found)


def _dated(code: str, at: datetime, spans: Spans) -> frozenset[str]:
    found: set[str] = set()
    while code and code not in found:
        parent = parent_of(code, at, spans)
        if not parent and code != NATION:
            return frozenset()
        found.add(code)
        code = parent
    return frozenset(found)


def is_division_code(code: str) -> bool:
    """Six digits down to counties, nine for townships."""
    return len(code) in (6, 9) and code.isascii() and code.isdigit()


def covers(areas: Iterable[str], lineage: frozenset[str]) -> bool:
    """Whether one of the areas is the division or one it lies in."""
    return not lineage.isdisjoint(areas)
