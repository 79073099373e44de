"""The law a lesson cites, looked up once for the whole lesson."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from courses.citations import Citation, parse_key
from courses.data import Resolution
from courses.models import LessonPage, Section
from courses.queries.law import explain_many
from courses.queries.law_links import citations_in
from courses.rules.places import split_dated_key


@dataclass(frozen=True)
class LessonLaw:
    """What every place cited in a text says as of the text's law date."""

    on: date
    answers: dict[Citation, Resolution]
    quoted: tuple[Citation, ...]
    mentioned: tuple[Citation, ...]

    def resolve(self, places: Sequence[Citation], on: date) -> list[Resolution]:
        """A resolver for linking: what was looked up, and a look-up for the rest."""
        missing = [place for place in places if place not in self.answers]
        found = dict(zip(missing, explain_many(missing, on), strict=True))
        return [self.answers.get(place) or found[place] for place in places]

    def cited(self) -> list[Resolution]:
        """Each place once: the quoted ones first, then those the text mentions."""
        once = {place.key: place for place in (*self.quoted, *self.mentioned)}
        return [self.answers[place] for place in once.values() if place.law]


def law_of(content: LessonPage | Section, on: date) -> LessonLaw:
    """Look up every place a text quotes or mentions, in a fixed number of queries."""
    quoted, mentioned = quoted_places(content), mentioned_places(content)
    places = list(dict.fromkeys([*quoted, *mentioned]))
    answers = dict(zip(places, explain_many(places, on), strict=True))
    return LessonLaw(on, answers, tuple(quoted), tuple(mentioned))


def places_of(content: LessonPage | Section) -> list[Citation]:
    """Every place a text quotes or mentions."""
    return [*quoted_places(content), *mentioned_places(content)]


def quoted_places(content: LessonPage | Section) -> list[Citation]:
    """The places of the citation blocks."""
    return [
        parse_key(block["value"]["ref"])
        for block in content.body.raw_data
        if block["type"] == "citation" and block["value"].get("ref")
    ]


def mentioned_places(content: LessonPage | Section) -> list[Citation]:
    """The places named in running text, tables, examples and self-checks."""
    return [
        place
        for block in content.body.raw_data
        if block["type"] != "comparison"
        for text in _texts(block["value"])
        for place in citations_in(text)
    ]


def explain_dated(value: str) -> Resolution:
    """A place with its own day, for comparisons of editions."""
    key, day = split_dated_key(value)
    return explain_many([parse_key(key)], day)[0]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "ref":
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
