"""Keeping the search index in step with the law, the courses and the glossary."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse

from courses.enums import StatuteKind
from courses.models import SearchEntry, StatuteEdition
from courses.registry import Searchable, search_sources
from courses.search.glossary import glossary
from courses.search.tokens import article_token, encode, fold, index_tokens

BATCH = 300
STANDING = {
    StatuteKind.LAW: 1.12,
    StatuteKind.ADMINISTRATIVE_REGULATION: 1.08,
    StatuteKind.DEPARTMENTAL_RULE: 1.05,
    StatuteKind.JUDICIAL_INTERPRETATION: 0.95,
    StatuteKind.LOCAL_REGULATION: 0.8,
    StatuteKind.NORMATIVE_DOCUMENT: 0.95,
}
CORE = {"AQSCF": 1.25, "YJTL": 1.2, "WHPAQF": 1.15, "XZCFF": 1.2, "YAGLBF": 1.15}
"""Statutes an officer works with every day come before equals."""
REPEALED = 0.55
STATUTE_STANDING = 1.3
PAGE_STANDING = 1.1
GLOSSARY_STANDING = 0.95


def index_edition(edition: StatuteEdition) -> int:
    """Make the articles of an edition findable; repeated calls replace them.

    Only the newest official edition of a statute is in the index; its gist only as
    long as there is no official one.
    """
    statute = edition.statute
    newest = (
        statute.editions.official().order_by("-in_force_from").first()
        or statute.editions.order_by("-in_force_from").first()
    )
    SearchEntry.objects.filter(edition__statute=statute).delete()
    if newest is None:
        return 0
    standing = STANDING[StatuteKind(statute.kind)] * CORE.get(statute.law, 1)
    if newest.repealed_on is not None:
        standing *= REPEALED
    entries = [_statute_entry(newest, standing)]
    entries += _article_entries(newest, standing)
    SearchEntry.objects.bulk_create(entries, batch_size=BATCH)
    return len(entries)


def _statute_entry(edition: StatuteEdition, standing: float) -> SearchEntry:
    statute = edition.statute
    first = edition.articles.order_by("position").first()
    return SearchEntry(
        kind="statute",
        key=statute.law,
        title=statute.title,
        context=statute.get_kind_display(),
        body=first.text if first else "",
        url=statute.get_absolute_url(),
        rank=standing * STATUTE_STANDING,
        tokens=index_tokens(statute.title, statute.official_title),
        edition=edition,
    )


def _article_entries(edition: StatuteEdition, standing: float) -> list[SearchEntry]:
    statute = edition.statute
    address = edition.get_absolute_url()
    entries = []
    for article in edition.articles.select_related("division").order_by("position"):
        chapter = article.division.title if article.division else ""
        number = encode(article_token(article.number, article.sub))
        key = f"{statute.law}:{article.number}"
        entries.append(
            SearchEntry(
                kind="article",
                key=key + (f"-{article.sub}" if article.sub else ""),
                title=f"{statute.title}{article.label}",
                context=chapter,
                body=fold(article.text),
                url=f"{address}?a={article.anchor[1:]}#{article.anchor}",
                rank=standing,
                tokens=number
                + " "
                + index_tokens(statute.title, article.label, chapter, article.text),
                edition=edition,
            )
        )
    return entries


@transaction.atomic
def index_entries(kind: str, standing: float, entries: Iterable[Searchable]) -> int:
    """Replace everything of one kind. Idempotent."""
    rows = [
        SearchEntry(
            kind=kind,
            key=entry.key[:260],
            title=entry.title[:300],
            context=entry.context[:300],
            body=fold(entry.body),
            url=entry.url[:500],
            rank=standing,
            tokens=index_tokens(entry.title, entry.context, entry.body),
        )
        for entry in entries
    ]
    SearchEntry.objects.filter(kind=kind).delete()
    SearchEntry.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def rebuild_search() -> int:
    """Index everything anew: law, glossary and what other parts told of."""
    count = 0
    seen = set()
    for edition in StatuteEdition.objects.select_related("statute"):
        if edition.statute_id not in seen:
            seen.add(edition.statute_id)
            count += index_edition(edition)
    count += index_glossary()
    for source in search_sources():
        count += index_entries(source.kind, PAGE_STANDING, source.iter_entries())
    return count


def index_glossary() -> int:
    """Make the terms of the glossary findable."""
    address = reverse("law:glossary")
    return index_entries(
        "glossary",
        GLOSSARY_STANDING,
        [
            Searchable(
                key=term.slug,
                title=term.term,
                body=term.meaning,
                url=f"{address}#{term.slug}",
                context=term.english,
            )
            for term in glossary()
        ],
    )
