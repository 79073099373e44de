"""Puts the lines of an edition together again and proves that none was lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest
from typing import Protocol

from courses.law_format.data import SourceLine


class Line(Protocol):
    """Anything that keeps a line in three parts: parsed units and stored ones."""

    label: str
    gap: str
    text: str


def render_units(units: Iterable[Line]) -> str:
    """The edition's whole text, line by line, in the order of the source."""
    return "\n".join(unit.label + unit.gap + unit.text for unit in units)


def lost_characters(lines: Iterable[SourceLine], units: Iterable[Line]) -> str | None:
    """Where the rendering departs from the source; None when it nowhere does."""
    rendered = [line for line in render_units(units).split("\n") if line]
    for source, written in zip_longest(lines, rendered):
        if source is None:
            return f"rendered line {written!r} is not in the source"
        if written != source.text:
            return f"line {source.number}: {source.text!r} became {written!r}"
    return None


def row_cells(text: str) -> list[str]:
    """The cells of one line of a table, with bars or with tabs between them."""
    if not text.startswith("|"):
        return [cell.strip() for cell in text.split("\t")]
    bare = re.sub(r"(?<!\\)\|\s*$", "", text[1:])
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", bare)]
