"""Reads official publications of Chinese law without losing a character. Pure."""

from __future__ import annotations

from courses.law_format.compare import ArticlePair, ArticleText, compare_articles
from courses.law_format.data import (
    LawFormatError,
    ParsedArticle,
    ParsedDivision,
    ParsedLaw,
    ParsedUnit,
    SourceLine,
    UnitKind,
)
from courses.law_format.parse import parse_lines
from courses.law_format.reader import read_lines
from courses.law_format.render import lost_characters, render_units, row_cells

__all__ = [
    "ArticlePair",
    "ArticleText",
    "LawFormatError",
    "ParsedArticle",
    "ParsedDivision",
    "ParsedLaw",
    "ParsedUnit",
    "SourceLine",
    "UnitKind",
    "compare_articles",
    "lost_characters",
    "parse_law",
    "parse_lines",
    "read_lines",
    "render_units",
    "row_cells",
]


def parse_law(content: bytes, filename: str) -> ParsedLaw:
    """Read one file as a statute, or refuse it with line and reason."""
    return parse_lines(read_lines(content, filename), filename)
