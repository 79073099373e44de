"""Citations in written text under their new numbers, when the law has moved them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from courses.citations import Citation, parse_key
from courses.errors import CarryByHand
from courses.queries.law_links import citations_in, text_pieces


def rewrite_words(html: str, moved: Mapping[str, str]) -> str:
    """The text with every moved citation in its new words; the rest letter by letter.

    Raises CarryByHand where a citation cannot be replaced alone, as in a range or
    split by markup: a person has to find the words.
    """
    found = citations_in(html)
    if not any(place.key in moved for place in found):
        return html
    spans = Counter((place.start, place.end) for place in found)
    written = offset = 0
    out = []
    for start, text in text_pieces(html):
        for place in found:
            inside = offset <= place.start and place.end <= offset + len(text)
            if place.key in moved and inside and spans[place.start, place.end] == 1:
                at = start + place.start - offset
                out += [html[written:at], parse_key(moved[place.key]).text]
                written = at + place.end - place.start
        offset += len(text)
    rewritten = "".join([*out, html[written:]])
    wanted = [moved.get(place.key, place.key) for place in found]
    if [place.key for place in citations_in(rewritten)] != wanted:
        raise CarryByHand(_first_moved(found, moved))
    return rewritten


def rewrite_value(value: Any, moved: Mapping[str, str]) -> Any:
    """A stored block with moved citations: in its words and in its references."""
    if isinstance(value, str):
        return rewrite_words(value, moved)
    if isinstance(value, dict):
        return {
            name: rewrite_key(inner, moved)
            if name == "ref"
            else rewrite_value(inner, moved)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [rewrite_value(inner, moved) for inner in value]
    return value


def rewrite_key(written: str, moved: Mapping[str, str]) -> str:
    """A key under its new number; what is no key, or has not moved, as it was."""
    try:
        key = parse_key(written).key
    except ValueError:
        return written
    return moved.get(key, written)


def _first_moved(found: list[Citation], moved: Mapping[str, str]) -> str:
    return next(place.raw for place in found if place.key in moved)
