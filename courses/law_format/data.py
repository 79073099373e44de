"""The shape of a statute between a file and the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class LawFormatError(ValueError):
    """The file cannot be read completely; nothing of it is to be stored."""

    def __init__(self, code: str, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.code = code
        self.line = line
        self.reason = reason


class UnitKind(StrEnum):
    """What one line of a statute is."""

    FRONT = "front"
    CONTENTS = "contents"
    PREAMBLE = "preamble"
    HEADING = "heading"
    LABEL = "label"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUBITEM = "subitem"
    NOTE = "note"
    ANNEX = "annex"
    TABLE = "table"
    CLOSING = "closing"


@dataclass(frozen=True)
class SourceLine:
    """A line of the source that carries text, with the markup taken off."""

    number: int
    text: str
    heading: bool = False
    table: bool = False


@dataclass
class ParsedUnit:
    """One line in its place; label, gap and text together are the whole line."""

    kind: UnitKind
    line: int
    text: str
    label: str = ""
    gap: str = ""
    division: int | None = None
    article: int | None = None
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None


@dataclass
class ParsedDivision:
    """A 编, 章, 节 or annex; ``parent`` is an index into the list of divisions."""

    level: str
    number: int
    label: str
    title: str
    parent: int | None
    unit: int


@dataclass
class ParsedArticle:
    """A 条; ``pointed`` marks a point (一、二、) of a text without 第X条."""

    number: int
    sub: int
    label: str
    division: int | None
    unit: int
    pointed: bool = False
    fragment: bool = False


@dataclass
class ParsedLaw:
    """Everything one file says."""

    title: str
    kind: str
    units: list[ParsedUnit] = field(default_factory=list)
    divisions: list[ParsedDivision] = field(default_factory=list)
    articles: list[ParsedArticle] = field(default_factory=list)
    adopted_on: date | None = None
    in_force_from: date | None = None
    in_force_assumed: bool = False
    repealed_on: date | None = None
    partial: bool = False
    missing: list[str] = field(default_factory=list)
    repeals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def count(self, kind: UnitKind) -> int:
        """How many units of a kind belong to articles."""
        return sum(
            1 for unit in self.units if unit.kind is kind and unit.article is not None
        )

    @property
    def numbered_articles(self) -> int:
        """Articles in the form 第X条; points of a decision are not counted."""
        return sum(1 for article in self.articles if not article.pointed)

    @property
    def chapters(self) -> int:
        """Divisions at the level of a chapter."""
        return sum(1 for division in self.divisions if division.level == "chapter")
