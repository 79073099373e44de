"""An edition made ready for reading: its parts in order, with few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from courses.citations import Citation, CitationContext, parse_citations
from courses.enums import ArticleChange, EditionCompleteness
from courses.law_format import row_cells
from courses.law_format.compare import DiffPart, diff_words
from courses.models import (
    Article,
    ArticleSuccession,
    Division,
    Statute,
    StatuteEdition,
    Unit,
)
from courses.queries.law import COMPLETENESS_RANK
from courses.search import split_words

MOST_NAMING = 8


@dataclass
class Line:
    """A line to show: ``level`` is paragraph, item, subitem, or what it is else.

    Neighbouring lines of a table are one line here, with its ``rows`` in cells.
    """

    level: str
    label: str
    text: str
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Part:
    """A heading, an article with its lines, or lines outside any article."""

    kind: str
    anchor: str = ""
    label: str = ""
    title: str = ""
    level: str = ""
    number: int = 0
    sub: int = 0
    pk: int = 0
    citation: str = ""
    here: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass
class ContentsEntry:
    """A line of the table of contents, with the articles it spans."""

    anchor: str
    label: str
    title: str
    level: str
    first: str = ""
    last: str = ""
    here: bool = False


@dataclass
class Reading:
    """Everything the reading page shows of an edition."""

    parts: list[Part]
    contents: list[ContentsEntry]
    here: Article | None


def read_edition(edition: StatuteEdition, chosen: tuple[int, int] | None) -> Reading:
    """Three queries, however long the statute is."""
    divisions = {row.pk: row for row in edition.divisions.order_by("position")}
    articles = {row.pk: row for row in edition.articles.order_by("position")}
    units = edition.units.order_by("position")
    parts = _parts(edition.statute.law, units, divisions, articles, chosen)
    here = next((a for a in articles.values() if (a.number, a.sub) == chosen), None)
    return Reading(parts, _contents(divisions, articles.values(), here), here)


def _parts(
    law: str,
    units: Iterable[Unit],
    divisions: dict[int, Division],
    articles: dict[int, Article],
    chosen: tuple[int, int] | None,
) -> list[Part]:
    parts: list[Part] = []
    seen: set[int] = set()
    for unit in units:
        if unit.kind == "heading":
            _add_heading(parts, unit, divisions, seen)
        elif unit.kind in {"front", "contents"}:
            continue
        elif unit.article_id is not None:
            article = articles[unit.article_id]
            if not parts or parts[-1].pk != article.pk or parts[-1].kind != "article":
                parts.append(_article_part(law, article, chosen))
            if unit.text or unit.item:
                _add_line(parts[-1].lines, unit)
        else:
            if not parts or parts[-1].kind != "text":
                parts.append(Part("text"))
            _add_line(parts[-1].lines, unit)
    return parts


def _add_line(lines: list[Line], unit: Unit) -> None:
    if unit.kind != "table":
        inside = unit.article_id is not None
        lines.append(
            _line(unit) if inside else Line(unit.kind, "", unit.label + unit.text)
        )
        return
    if not lines or lines[-1].level != "table":
        lines.append(Line("table", "", ""))
    lines[-1].rows.append(row_cells(unit.text))


def _add_heading(
    parts: list[Part], unit: Unit, divisions: dict[int, Division], seen: set[int]
) -> None:
    division = divisions.get(unit.division_id or 0)
    if division is None or division.pk in seen:
        return
    seen.add(division.pk)
    parts.append(
        Part(
            "heading",
            anchor=f"d{division.position}",
            label=division.label,
            title=division.title,
            level=division.level,
        )
    )


def _article_part(law: str, article: Article, chosen: tuple[int, int] | None) -> Part:
    place = Citation(law, article.number, article.sub)
    return Part(
        "article",
        anchor=article.anchor,
        label=article.label,
        number=article.number,
        sub=article.sub,
        pk=article.pk,
        citation=place.text,
        here=chosen == (article.number, article.sub),
    )


def _line(unit: Unit) -> Line:
    if unit.kind in {"item", "subitem"}:
        return Line(unit.kind, unit.label, unit.text)
    return Line(unit.kind, "", unit.text)


def _contents(
    divisions: dict[int, Division],
    articles: Iterable[Article],
    here: Article | None,
) -> list[ContentsEntry]:
    entries = {
        pk: ContentsEntry(
            f"d{division.position}", division.label, division.title, division.level
        )
        for pk, division in divisions.items()
    }
    for article in articles:
        division = divisions.get(article.division_id or 0)
        while division is not None:
            entry = entries[division.pk]
            number = f"{article.number}"
            entry.first = entry.first or number
            entry.last = number
            entry.here = entry.here or article is here
            division = divisions.get(division.parent_id or 0)
    return list(entries.values())


@dataclass(frozen=True)
class Comparison:
    """Two articles side by side, the changed words marked in both."""

    change: str
    change_label: str
    old: Article | None
    new: Article | None
    left: list[DiffPart]
    right: list[DiffPart]
    confirmed_by: str
    pk: int


def compare_pair(row: ArticleSuccession) -> Comparison:
    """One row of an old-to-new table made visible."""
    old, new = row.old_article, row.new_article
    if old is not None and new is not None and old.digest == new.digest:
        left = [DiffPart("same", old.text)]
        right = [DiffPart("same", new.text)]
    else:
        left, right = diff_words(
            old.text if old else "", new.text if new else "", split_words
        )
    return Comparison(
        change=row.change,
        change_label=str(ArticleChange(row.change).label),
        old=old,
        new=new,
        left=left,
        right=right,
        confirmed_by=row.confirmed_by.name if row.confirmed_by else "",
        pk=row.pk,
    )


def compare_editions(
    old: StatuteEdition, new: StatuteEdition, changes: set[str]
) -> list[Comparison]:
    """The whole old-to-new table of two editions, or the kinds of change asked for."""
    rows = (
        ArticleSuccession.objects.filter(old_edition=old, new_edition=new)
        .select_related(
            "old_article__edition__statute",
            "new_article__edition__statute",
            "confirmed_by",
        )
        .order_by("position")
    )
    return [compare_pair(row) for row in rows if not changes or row.change in changes]


def former_edition(edition: StatuteEdition) -> StatuteEdition | None:
    """The edition this one has an old-to-new table with, the latest before it."""
    return (
        StatuteEdition.objects.filter(successions__new_edition=edition)
        .order_by("-in_force_from")
        .first()
    )


def predecessor_of(article: Article) -> Comparison | None:
    """What the article said in the edition before, if the library knows it."""
    row = (
        ArticleSuccession.objects.filter(new_article=article)
        .select_related("old_article__edition__statute", "new_article", "confirmed_by")
        .order_by("-old_edition__in_force_from")
        .first()
    )
    return compare_pair(row) if row else None


def articles_naming(article: Article) -> list[Article]:
    """Other articles of the edition that name this one, such as liability clauses."""
    own = {f"{article.number}-{article.sub}"}
    law = article.edition.statute.law
    rows = article.edition.articles.filter(text__contains=article.label).exclude(
        pk=article.pk
    )
    found = []
    for row in rows.order_by("position"):
        context = CitationContext(law, row.number, row.sub)
        named = {
            f"{place.article}-{place.article_sub}"
            for place in parse_citations(row.text, context)
            if place.law == law
        }
        if named & own:
            found.append(row)
    return found[:MOST_NAMING]


@dataclass(frozen=True)
class EditionChoice:
    """A day one can choose, with the edition that stood on it."""

    edition: StatuteEdition
    begins: date
    ends: date | None
    chosen: bool


def edition_choices(statute: Statute, chosen: StatuteEdition) -> list[EditionChoice]:
    """The best edition for every beginning, the newest first. One query."""
    best: dict[date, StatuteEdition] = {}
    for edition in statute.editions.order_by("-in_force_from"):
        known = best.get(edition.in_force_from)
        if known is None or _rank(edition) < _rank(known):
            best[edition.in_force_from] = edition
    official = [edition for edition in best.values() if not edition.is_gist]
    shown = official or list(best.values())
    if chosen.pk not in {edition.pk for edition in shown}:
        shown = [*shown, chosen]
    return [
        EditionChoice(
            edition, edition.in_force_from, edition.repealed_on, edition.pk == chosen.pk
        )
        for edition in shown
    ]


def _rank(edition: StatuteEdition) -> int:
    return COMPLETENESS_RANK[EditionCompleteness(edition.completeness)]
