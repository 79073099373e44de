"""What upper apps tell courses about themselves, in their AppConfig.ready.

Courses imports none of them: who cites the law, which activities a programme can
assign and which pages the search finds, it learns here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.enums import Role


@dataclass(frozen=True)
class CitedPlace:
    """One citation in one object: ``citation`` is a key or its canonical words.

    ``document`` names what is rewritten as one and shares one date of the law, where
    that is more than the object: all entries of a checklist, all of a case.
    """

    kind: str
    object_id: str
    title: str
    url: str
    citation: str
    law_as_of: date
    document: str = ""

    @property
    def whole(self) -> str:
        """The document, or the object where it is a document itself."""
        return self.document or self.object_id


@dataclass(frozen=True)
class CarriedCitations:
    """What people decided about all stale citations of one document.

    ``keys`` leads from every old key to the new one; a kept citation to itself.
    """

    document: str
    keys: Mapping[str, str]
    law_as_of: date
    now: datetime
    by: Any

    @property
    def moved(self) -> dict[str, str]:
        """The citations that name another place from now on."""
        return {old: new for old, new in self.keys.items() if old != new}


@dataclass(frozen=True)
class Citer:
    """A kind of object that cites the law.

    ``carry_forward`` rewrites a document, as a new revision that goes the way every
    revision goes; without it the review itself is what counts. ``readers`` are the roles
    that may open such an object, and nobody else learns that it is there: the title of
    an item would give it away. Without them everybody may.
    """

    kind: str
    label: Any
    iter_citations: Callable[[], Iterable[CitedPlace]]
    carry_forward: Callable[[CarriedCitations], None] | None = None
    readers: frozenset[Role] | None = None


@dataclass(frozen=True)
class Activity:
    """Something a programme can assign: an exam, a case, a course."""

    kind: str
    key: str
    title: str
    url: str


@dataclass(frozen=True)
class ActivityProgress:
    """How far a person is with an activity."""

    done: bool
    percent: int
    detail: str


@dataclass(frozen=True)
class ActivityKind:
    """A kind of activity with its choices and how far people are in them.

    `progress` answers for many people at once, by their primary key and the activity's
    key, with as many queries for a hundred people as for one.
    """

    code: str
    label: Any
    choices: Callable[[], list[Activity]]
    progress: Callable[[list[Any], list[str]], dict[int, dict[str, ActivityProgress]]]


@dataclass(frozen=True)
class Searchable:
    """One thing the search can find."""

    key: str
    title: str
    body: str
    url: str
    context: str = ""


@dataclass(frozen=True)
class SearchSource:
    """A kind of thing the search finds besides the law itself."""

    kind: str
    label: Any
    iter_entries: Callable[[], Iterable[Searchable]]


_citers: dict[str, Citer] = {}
_activity_kinds: dict[str, ActivityKind] = {}
_search_sources: dict[str, SearchSource] = {}


def register_citer(citer: Citer) -> None:
    """Make a kind of object known that cites the law; the last one wins."""
    _citers[citer.kind] = citer


def citers() -> Sequence[Citer]:
    """All kinds of objects that cite the law."""
    return list(_citers.values())


def citer(kind: str) -> Citer | None:
    """One kind of citing object."""
    return _citers.get(kind)


def register_activity_kind(kind: ActivityKind) -> None:
    """Make a kind of activity known; the last one wins."""
    _activity_kinds[kind.code] = kind


def activity_kinds() -> Mapping[str, ActivityKind]:
    """All kinds of activities by code."""
    return dict(_activity_kinds)


def register_search_source(source: SearchSource) -> None:
    """Make a kind of searchable thing known; the last one wins."""
    _search_sources[source.kind] = source


def search_sources() -> Sequence[SearchSource]:
    """All kinds of searchable things besides the law."""
    return list(_search_sources.values())
