"""Pages of a list that is never counted: its length must not cost anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
SIZE, LAST = 20, 500


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and whether there are more before and after them."""

    object_list: Sequence[T]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_previous or self.has_next

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    def __iter__(self) -> Iterator[T]:
        return iter(self.object_list)


def page_of(rows: QuerySet[M], wanted: str | None) -> Page[M]:
    """The page asked for, or the first one; reads one row more than it shows."""
    number = int(wanted) if wanted and wanted.isdecimal() else 1
    number = min(max(number, 1), LAST)
    start = (number - 1) * SIZE
    found = list(rows[start : start + SIZE + 1])
    return Page(found[:SIZE], number, len(found) > SIZE)
