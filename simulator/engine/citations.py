"""Comparing provisions written as ``LAW:article.paragraph.item``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

UNREAD = "unverified"
PATTERN = re.compile(
    r"^([A-Z]{2,10}|《[^》]{2,40}》):\d{1,3}(-\d{1,2})?(\.\d{1,2}){0,3}$"
)


def cited_in(payload: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every provision a case's payload rests on in any variant, with its place.

    Reasons stand under the provision they are about. What nobody has read is left out.
    """
    if isinstance(payload, str) and PATTERN.match(payload):
        yield payload, path
    elif isinstance(payload, dict):
        for name, value in payload.items():
            if PATTERN.match(name):
                yield name, path
            if name != UNREAD:
                yield from cited_in(value, f"{path}.{name}".lstrip("."))
    elif isinstance(payload, list):
        for number, value in enumerate(payload):
            yield from cited_in(value, f"{path}[{number}]")


def split(citation: str) -> tuple[str, str, tuple[str, ...]]:
    """Law, article and the places below the article."""
    law, _, place = citation.partition(":")
    article, *below = place.split(".")
    return law, article, tuple(below)


def matches(cited: str, key: str, article_only: float) -> float:
    """1 when the citation names the key's place, less for the article alone.

    A citation more exact than the key is right; one less exact, or of another
    item of the same article, earns `article_only`. Of an article cited without
    its paragraph the first paragraph is meant: ``AQSCF:81`` is ``AQSCF:81.1``.
    """
    law, article, below = split(cited)
    key_law, key_article, key_below = split(key)
    if (law, article) != (key_law, key_article):
        return 0.0
    if below[: len(key_below)] == key_below:
        return 1.0
    if {below, key_below} == {(), ("1",)}:
        return 1.0
    return article_only
