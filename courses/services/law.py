"""Every change of the law library: imports, comparisons, our own gists."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from pypinyin import Style, lazy_pinyin

from accounts.models import User
from courses.citations import canonical_law, parse_key
from courses.citations.abbreviations import TITLE_BY_CODE, short_title
from courses.enums import ArticleChange, EditionCompleteness
from courses.errors import EditionExists, EditionWithoutDate
from courses.law_format import (
    ArticlePair,
    ArticleText,
    ParsedLaw,
    compare_articles,
    parse_law,
)
from courses.law_format.compare import text_digest
from courses.models import (
    Article,
    ArticleSuccession,
    Division,
    Statute,
    StatuteEdition,
    Unit,
)
from courses.services.law_review import seal_citations
from courses.services.search import index_edition

BATCH = 500
LONGEST_SLUG = 60


@dataclass(frozen=True)
class ImportedStatute:
    """What an import read, and the edition it became (None in a dry run)."""

    parsed: ParsedLaw
    edition: StatuteEdition | None
    created: bool


@transaction.atomic
def import_statute(
    content: bytes,
    filename: str,
    *,
    now: datetime,
    by: User | None = None,
    in_force: date | None = None,
) -> ImportedStatute:
    """Store a file as an edition, wholly or not at all.

    Idempotent by content. Raises LawFormatError when the file cannot be read,
    EditionWithoutDate when no date is known, EditionExists when another text of the
    same statute, day and completeness is there already. The statute is locked: of two
    imports at once the second sees the edition of the first.
    """
    parsed = parse_law(content, filename)
    begins = in_force or parsed.in_force_from
    if begins is None:
        raise EditionWithoutDate
    digest = hashlib.sha256(content).hexdigest()
    statute = Statute.objects.select_for_update().get(pk=_statute_of(parsed).pk)
    completeness = (
        EditionCompleteness.PARTIAL if parsed.partial else EditionCompleteness.FULL
    )
    existing = StatuteEdition.objects.filter(
        statute=statute, in_force_from=begins, completeness=completeness
    ).first()
    if existing is not None:
        if existing.source_sha256 != digest:
            raise EditionExists
        return ImportedStatute(parsed, existing, created=False)
    if statute.editions.exists():
        seal_citations(now=now)
    edition = StatuteEdition.objects.create(
        statute=statute,
        completeness=completeness,
        adopted_on=parsed.adopted_on,
        in_force_from=begins,
        in_force_assumed=parsed.in_force_assumed and in_force is None,
        repealed_on=parsed.repealed_on,
        repeals=parsed.repeals,
        missing=parsed.missing,
        warnings=parsed.warnings,
        article_count=len(parsed.articles),
        source_name=filename[-300:],
        source_sha256=digest,
        imported_at=now,
        imported_by=by,
    )
    _store_text(edition, parsed)
    settle_editions(statute)
    _apply_repeals(edition)
    compare_with_neighbours(edition)
    index_edition(edition)
    return ImportedStatute(parsed, edition, created=True)


def _statute_of(parsed: ParsedLaw) -> Statute:
    law = canonical_law(parsed.title)
    title = TITLE_BY_CODE.get(law) or short_title(parsed.title)
    initials = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER)).lower()
    initials = "".join(c for c in initials if c.isascii() and c.isalnum())
    statute, created = Statute.objects.get_or_create(
        law=law,
        defaults={
            "slug": _free_slug(law if law in TITLE_BY_CODE else initials),
            "title": title,
            "official_title": parsed.title,
            "kind": parsed.kind,
            "initials": initials[:120],
        },
    )
    if not created and not parsed.partial and statute.official_title != parsed.title:
        statute.official_title, statute.kind = parsed.title, parsed.kind
        statute.save(update_fields=["official_title", "kind"])
    return statute


def _free_slug(wanted: str) -> str:
    base = wanted.lower()[:LONGEST_SLUG] or "statute"
    slug, number = base, 1
    while Statute.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _store_text(edition: StatuteEdition, parsed: ParsedLaw) -> None:
    """Write divisions, articles and lines; their order is the source's order."""
    divisions: list[Division] = []
    for found in parsed.divisions:
        parent = divisions[found.parent] if found.parent is not None else None
        divisions.append(
            Division.objects.create(
                edition=edition,
                position=found.unit,
                level=found.level,
                number=found.number,
                label=found.label,
                title=found.title,
                parent=parent,
            )
        )
    texts: list[list[str]] = [[] for _ in parsed.articles]
    for unit in parsed.units:
        if unit.article is not None:
            label = unit.label if unit.item is not None else ""
            texts[unit.article].append(label + unit.text)
    articles = Article.objects.bulk_create(
        [
            Article(
                edition=edition,
                division=(
                    divisions[found.division] if found.division is not None else None
                ),
                position=found.unit,
                number=found.number,
                sub=found.sub,
                label=found.label,
                text="\n".join(texts[index]),
                digest=text_digest("\n".join(texts[index])),
                fragment=found.fragment,
            )
            for index, found in enumerate(parsed.articles)
        ],
        batch_size=BATCH,
    )
    Unit.objects.bulk_create(
        [
            Unit(
                edition=edition,
                article=articles[unit.article] if unit.article is not None else None,
                division=(
                    divisions[unit.division] if unit.division is not None else None
                ),
                position=position,
                kind=unit.kind.value,
                paragraph=unit.paragraph,
                item=unit.item,
                subitem=unit.subitem,
                label=unit.label,
                gap=unit.gap,
                text=unit.text,
            )
            for position, unit in enumerate(parsed.units)
        ],
        batch_size=BATCH,
    )


def settle_editions(statute: Statute) -> None:
    """Let every official edition end where the next one begins. Idempotent.

    A gist ends with the edition it is a gist of; it never ends an edition itself.
    """
    editions = list(statute.editions.official().order_by("in_force_from"))
    for edition in statute.editions.all():
        later = [
            other for other in editions if other.in_force_from > edition.in_force_from
        ]
        if not later or edition.replaced_by_id == later[0].pk:
            continue
        if edition.is_gist and _same_text_goes_on(edition, later[0]):
            continue
        edition.replaced_by = later[0]
        edition.repealed_on = min(
            later[0].in_force_from, edition.repealed_on or later[0].in_force_from
        )
        edition.save(update_fields=["replaced_by", "repealed_on"])


def _same_text_goes_on(gist: StatuteEdition, official: StatuteEdition) -> bool:
    """The gist was written of this very text, only dated differently."""
    digests = set(official.articles.values_list("digest", flat=True))
    return set(gist.articles.values_list("digest", flat=True)) <= digests


def _apply_repeals(edition: StatuteEdition) -> None:
    """End what this edition repeals, and this statute where another repeals it."""
    laws = [canonical_law(title) for title in edition.repeals]
    for repealed in StatuteEdition.objects.filter(
        statute__law__in=laws, in_force_from__lt=edition.in_force_from
    ):
        _end(repealed, edition)
    title = edition.statute.title
    for other in StatuteEdition.objects.filter(
        in_force_from__gt=edition.in_force_from
    ).exclude(repeals=[]):
        if title in other.repeals:
            _end(edition, other)


def _end(edition: StatuteEdition, by: StatuteEdition) -> None:
    if edition.repealed_on is not None and edition.repealed_on <= by.in_force_from:
        return
    edition.repealed_on, edition.replaced_by = by.in_force_from, by
    edition.save(update_fields=["repealed_on", "replaced_by"])


# -- comparison -----------------------------------------------------------------------


def compare_with_neighbours(edition: StatuteEdition) -> None:
    """Write the old-to-new tables with the edition before and after this one."""
    official = edition.statute.editions.official().exclude(pk=edition.pk)
    before = (
        official.filter(in_force_from__lt=edition.in_force_from)
        .order_by("-in_force_from")
        .first()
    )
    after = (
        official.filter(in_force_from__gt=edition.in_force_from)
        .order_by("in_force_from")
        .first()
    )
    if before is not None:
        propose_successions(before, edition)
    if after is not None:
        propose_successions(edition, after)


@transaction.atomic
def propose_successions(
    old: StatuteEdition, new: StatuteEdition
) -> list[ArticleSuccession]:
    """Compare two editions, also of different statutes, into an old-to-new table.

    Rows a person confirmed stay as they are. Of an excerpt nothing is called gone
    or new, for what it lacks is only unknown.
    """
    confirmed = ArticleSuccession.objects.filter(
        new_edition=new, old_edition=old, confirmed_at__isnull=False
    )
    settled_old = set(confirmed.values_list("old_article_id", flat=True))
    settled_new = set(confirmed.values_list("new_article_id", flat=True))
    ArticleSuccession.objects.filter(
        new_edition=new, old_edition=old, confirmed_at__isnull=True
    ).delete()
    before, after = _texts(old), _texts(new)
    by_key = {str(row.pk): row for row in (*before, *after)}
    pairs = compare_articles(
        [_article_text(row) for row in before], [_article_text(row) for row in after]
    )
    rows = []
    for position, pair in enumerate(pairs):
        if _is_only_unknown(pair, old, new):
            continue
        old_row = by_key[pair.old.key] if pair.old else None
        new_row = by_key[pair.new.key] if pair.new else None
        if (old_row and old_row.pk in settled_old) or (
            new_row and new_row.pk in settled_new
        ):
            continue
        rows.append(
            ArticleSuccession(
                old_article=old_row,
                new_article=new_row,
                old_edition=old,
                new_edition=new,
                position=position,
                change=ArticleChange(pair.change),
                likeness=pair.likeness,
            )
        )
    return ArticleSuccession.objects.bulk_create(rows, batch_size=BATCH)


def _texts(edition: StatuteEdition) -> list[Article]:
    return list(edition.articles.order_by("position"))


def _article_text(article: Article) -> ArticleText:
    return ArticleText(str(article.pk), article.label, article.text)


def _is_only_unknown(
    pair: ArticlePair, old: StatuteEdition, new: StatuteEdition
) -> bool:
    partial_old = old.completeness != EditionCompleteness.FULL
    partial_new = new.completeness != EditionCompleteness.FULL
    return (pair.old is None and partial_old) or (pair.new is None and partial_new)


@transaction.atomic
def confirm_succession(
    row: ArticleSuccession, *, now: datetime, by: User, new_article: Article | None
) -> ArticleSuccession:
    """A person says what became of an article; repeating it changes the answer."""
    row = ArticleSuccession.objects.select_for_update().get(pk=row.pk)
    row.new_article = new_article
    if new_article is None:
        row.change = ArticleChange.GONE
    elif row.change == ArticleChange.GONE:
        row.change = ArticleChange.CHANGED
    row.confirmed_at, row.confirmed_by = now, by
    row.save(update_fields=["new_article", "change", "confirmed_at", "confirmed_by"])
    return row


# -- gists ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gist:
    """Our own words for one article, with the shape and digest of the official text."""

    number: int
    sub: int
    text: str
    digest: str
    shape: tuple[int, ...]


@transaction.atomic
def store_gists(
    law: str,
    *,
    official_title: str,
    kind: str,
    in_force_from: date,
    repealed_on: date | None,
    gists: Sequence[Gist],
    now: datetime,
) -> StatuteEdition:
    """Write the gist edition of a statute. Idempotent; new gists are added."""
    parsed = ParsedLaw(title=official_title, kind=kind, partial=True)
    statute = _statute_of(parsed)
    edition, _ = StatuteEdition.objects.update_or_create(
        statute=statute,
        in_force_from=in_force_from,
        completeness=EditionCompleteness.GIST,
        defaults={
            "repealed_on": repealed_on,
            "article_count": len(gists),
            "source_sha256": text_digest("\n".join(gist.text for gist in gists)),
            "imported_at": now,
        },
    )
    edition.units.all().delete()
    kept = []
    for gist in gists:
        place = parse_key(f"{law}:{gist.number}")
        label = place.unit_text + (f"之{gist.sub}" if gist.sub else "")
        article, _ = Article.objects.update_or_create(
            edition=edition,
            number=gist.number,
            sub=gist.sub,
            defaults={
                "position": gist.number * 100 + gist.sub,
                "label": label,
                "text": gist.text,
                "digest": gist.digest,
            },
        )
        kept.append(article.pk)
        _store_shape(edition, article, gist)
    edition.articles.exclude(pk__in=kept).delete()
    index_edition(edition)
    return edition


def _store_shape(edition: StatuteEdition, article: Article, gist: Gist) -> None:
    """Empty lines where the official text has paragraphs and items."""
    base = article.position * 1000
    units: list[Unit] = []
    for paragraph, items in enumerate(gist.shape or (0,), start=1):
        text = gist.text if paragraph == 1 else ""
        label = article.label if paragraph == 1 else ""
        for item in range(items + 1):
            units.append(
                Unit(
                    edition=edition,
                    article=article,
                    position=base + len(units),
                    kind="item" if item else "paragraph",
                    paragraph=paragraph,
                    item=item or None,
                    label="" if item else label,
                    text="" if item else text,
                )
            )
    Unit.objects.bulk_create(units)
