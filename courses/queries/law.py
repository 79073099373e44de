"""Reads over the law library: what a citation says on a day, and what went stale."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from courses.citations import (
    Citation,
    CitationContext,
    canonical_law,
    parse_citations,
    parse_key,
)
from courses.data import CheckedCitation, Resolution, ResolvedArticle
from courses.enums import EditionCompleteness
from courses.law_format.compare import text_digest
from courses.models import (
    Article,
    ArticleSuccession,
    CitationSeal,
    StaleCitation,
    Statute,
    StatuteEdition,
    Unit,
)
from courses.registry import CitedPlace, citer, citers

COMPLETENESS_RANK = {
    EditionCompleteness.FULL: 0,
    EditionCompleteness.PARTIAL: 1,
    EditionCompleteness.GIST: 2,
}
AWAITING_RELEASE = "awaiting_release"
"""The new citation is decided; the content that names it is not released yet."""
CITED_CACHE_FILLED = "law-cited-filled"
CITED_CACHE_SECONDS = 60


@dataclass(frozen=True)
class _Editions:
    """The editions of one statute that had begun by a day, the best first."""

    in_force: list[StatuteEdition]
    ended: list[StatuteEdition]


def read_citation(citation: Citation | str) -> Citation | None:
    """A citation from a key or from words; None when there is none in them."""
    if isinstance(citation, Citation):
        return citation
    try:
        return parse_key(citation)
    except ValueError:
        found = parse_citations(citation)
        return found[0] if found else None


def resolve(citation: Citation | str, on: date) -> ResolvedArticle | None:
    """The cited place as it stood on a day; None when there was none."""
    return explain(citation, on).found


def explain(citation: Citation | str, on: date) -> Resolution:
    """Like ``resolve``, with the reason where nothing is found."""
    place = read_citation(citation)
    if place is None:
        return Resolution("", str(citation), None, "not_a_citation")
    return explain_many([place], on)[0]


def explain_many(places: Sequence[Citation], on: date) -> list[Resolution]:
    """Resolve any number of citations with a fixed number of queries."""
    editions = _editions_of({place.law for place in places if place.law}, on)
    articles = _articles_of(editions, places)
    return [_explain_one(place, editions, articles, on) for place in places]


def article_text(key: Citation | str, on: date) -> str:
    """The words of the cited place on a day; empty when there was none."""
    found = resolve(key, on)
    return found.text if found else ""


def is_stale(key: Citation | str, law_as_of: date, on: date) -> bool:
    """Whether content written by the law of one day is wrong by that of another.

    A place is stale when its article is gone, repealed or says other words. An
    article that was never found is unresolved rather than stale, and counts here.
    """
    return bool(stale_reason(key, law_as_of, on))


def stale_reason(key: Citation | str, law_as_of: date, on: date) -> str:
    """Why a citation is stale; empty when it still stands."""
    before, after = explain(key, law_as_of), explain(key, on)
    sealed = _seals([after.key]).get((after.key, law_as_of), "")
    return _compare(before.found, after, law_as_of, sealed)


def stale_keys(places: Iterable[tuple[str, date]], on: date) -> set[tuple[str, date]]:
    """Those of many (key, law as of) pairs that are stale, without one query each."""
    wanted = [(key, day, read_citation(key)) for key, day in places]
    known = [(key, day, place) for key, day, place in wanted if place is not None]
    after = dict(
        zip(
            (key for key, _, _ in known),
            explain_many([place for _, _, place in known], on),
            strict=True,
        )
    )
    stale = {(key, day) for key, day, place in wanted if place is None}
    seals = _seals([place.key for _, _, place in known])
    by_day: dict[date, list[tuple[str, Citation]]] = defaultdict(list)
    for key, day, place in known:
        by_day[day].append((key, place))
    for day, group in by_day.items():
        before = explain_many([place for _, place in group], day)
        stale |= {
            (key, day)
            for (key, place), resolution in zip(group, before, strict=True)
            if _compare(
                resolution.found, after[key], day, seals.get((place.key, day), "")
            )
        }
    return stale


def _compare(
    before: ResolvedArticle | None, after: Resolution, law_as_of: date, sealed: str
) -> str:
    """Why the words of today are not those the content was written by."""
    now = after.found
    known = sealed or (before.sha256 if before else "")
    if now is None:
        return "gone" if known else after.reason
    if not now.in_force:
        return "repealed"
    if not known:
        return "newer_than_content" if now.edition_from > law_as_of else ""
    return "changed" if known != now.sha256 else ""


def _seals(keys: Iterable[str]) -> dict[tuple[str, date], str]:
    """The sealed words of citations, by key and day."""
    rows = CitationSeal.objects.filter(citation_key__in=set(keys))
    return {(row.citation_key, row.law_as_of): row.digest for row in rows}


def _editions_of(laws: set[str], on: date) -> dict[str, _Editions]:
    found: dict[str, _Editions] = {law: _Editions([], []) for law in laws}
    rows = (
        StatuteEdition.objects.begun_by(on)
        .filter(statute__law__in=laws)
        .select_related("statute")
        .order_by("-in_force_from")
    )
    for edition in rows:
        group = found[edition.statute.law]
        (group.in_force if edition.is_in_force(on) else group.ended).append(edition)
    for group in found.values():
        group.in_force.sort(
            key=lambda edition: COMPLETENESS_RANK[
                EditionCompleteness(edition.completeness)
            ]
        )
    return found


def _articles_of(
    editions: dict[str, _Editions], places: Sequence[Citation]
) -> dict[tuple[int, int, int], Article]:
    """The cited articles with their lines, by edition, number and number after 之."""
    if not places:
        return {}
    ids = [
        edition.pk
        for group in editions.values()
        for edition in (*group.in_force, *group.ended)
    ]
    rows = Article.objects.filter(
        edition_id__in=ids, number__in={place.article for place in places}
    ).prefetch_related(Prefetch("units", Unit.objects.order_by("position")))
    return {(row.edition_id, row.number, row.sub): row for row in rows}


def _explain_one(
    place: Citation,
    editions: dict[str, _Editions],
    articles: dict[tuple[int, int, int], Article],
    on: date,
) -> Resolution:
    if not place.law:
        return Resolution(place.key, place.text, None, "no_statute_named")
    group = editions[place.law]
    candidates = group.in_force or group.ended
    if not candidates:
        return Resolution(place.key, place.text, None, "statute_unknown")
    reason = ""
    for edition in candidates:
        article = articles.get((edition.pk, place.article, place.article_sub))
        if article is None:
            reason = reason or _reason_for_missing_article(edition)
            continue
        exact = _exact_place(place, article)
        if exact is None:
            reason = "unit_missing"
            if edition.is_gist or not article.fragment:
                break
            continue
        found = _resolved(exact, edition, article, on)
        return Resolution(found.key, found.citation, found)
    return Resolution(place.key, place.text, None, reason)


def _reason_for_missing_article(edition: StatuteEdition) -> str:
    full = edition.completeness == EditionCompleteness.FULL
    return "article_missing" if full else "article_not_in_excerpt"


def _exact_place(place: Citation, article: Article) -> Citation | None:
    """The place with its paragraph filled in; None when the article lacks it."""
    units = {(unit.paragraph, unit.item, unit.subitem) for unit in article.units.all()}
    paragraph = place.paragraph
    if place.item is not None and paragraph is None:
        holding = sorted(
            {
                found[0]
                for found in units
                if found[0] is not None and found[1] == place.item
            }
        )
        if len(holding) != 1:
            return None
        paragraph = holding[0]
    exact = Citation(
        place.law,
        place.article,
        place.article_sub,
        paragraph,
        place.item,
        place.subitem,
    )
    wanted = (paragraph, place.item, place.subitem)
    return exact if paragraph is None or wanted in units else None


def _resolved(
    place: Citation, edition: StatuteEdition, article: Article, on: date
) -> ResolvedArticle:
    return ResolvedArticle(
        key=place.key,
        citation=place.text,
        law=place.law,
        statute_title=edition.statute.title,
        edition_id=edition.pk,
        edition_from=edition.in_force_from,
        article_id=article.pk,
        article_number=article.label,
        text=_text_of(place, article),
        article_text=article.text,
        in_force=edition.is_in_force(on),
        is_gist=edition.is_gist,
        is_partial=edition.completeness == EditionCompleteness.PARTIAL,
        url=f"{edition.get_absolute_url()}?a={article.anchor[1:]}#{article.anchor}",
        sha256=article.digest,
        on=on,
    )


def _text_of(place: Citation, article: Article) -> str:
    """The lines of the cited unit; of a gist without such a line the whole gist."""
    if place.paragraph is None:
        return article.text
    lines = [
        (unit.label if unit.item else "") + unit.text
        for unit in article.units.all()
        if unit.paragraph == place.paragraph
        and place.item in (None, unit.item)
        and place.subitem in (None, unit.subitem)
    ]
    return "\n".join(line for line in lines if line) or article.text


# -- citations in the content ------------------------------------------------------


def cited_places() -> Iterable[CitedPlace]:
    """Every citation in all content that the apps have told of."""
    for source in citers():
        yield from source.iter_citations()


def check_places(places: Iterable[CitedPlace], on: date) -> list[CheckedCitation]:
    """What the law of a day says to every citation; reviews by people count."""
    listed = list(places)
    reviews = _reviews_by_place()
    now = _resolve_all(
        [(_accepted_key(place, reviews) or place.citation, on) for place in listed]
    )
    before = _resolve_all([(place.citation, place.law_as_of) for place in listed])
    seals = _seals(_place_key(place)[2] for place in listed)
    return [
        _check_one(
            place,
            before[i],
            now[i],
            _review_of(place, reviews),
            seals.get(_place_key(place)[2:], ""),
        )
        for i, place in enumerate(listed)
    ]


def _resolve_all(wanted: list[tuple[str, date]]) -> list[Resolution]:
    answers: dict[int, Resolution] = {}
    by_day: dict[date, list[tuple[int, Citation]]] = defaultdict(list)
    for index, (citation, day) in enumerate(wanted):
        place = read_citation(citation)
        if place is None:
            answers[index] = Resolution("", citation, None, "not_a_citation")
        else:
            by_day[day].append((index, place))
    for day, group in by_day.items():
        found = explain_many([place for _, place in group], day)
        for (index, _), resolution in zip(group, found, strict=True):
            answers[index] = resolution
    return [answers[index] for index in range(len(wanted))]


_PlaceKey = tuple[str, str, str, date]


def _reviews_by_place() -> dict[_PlaceKey, StaleCitation]:
    """Decisions by the place they were made for, and by the place they led to."""
    reviews = {}
    for row in StaleCitation.objects.accepted().order_by("decided_at"):
        reviews[(row.kind, row.object_id, row.citation_key, row.law_as_of)] = row
        if row.decided_at is not None:
            day = timezone.localdate(row.decided_at)
            reviews[(row.kind, row.object_id, row.new_key, day)] = row
    return reviews


def _place_key(place: CitedPlace) -> _PlaceKey:
    citation = read_citation(place.citation)
    key = citation.key if citation else place.citation
    return (place.kind, place.object_id, key, place.law_as_of)


def _review_of(
    place: CitedPlace, reviews: dict[_PlaceKey, StaleCitation]
) -> StaleCitation | None:
    return reviews.get(_place_key(place)) if reviews else None


def _accepted_key(place: CitedPlace, reviews: dict[_PlaceKey, StaleCitation]) -> str:
    review = _review_of(place, reviews)
    return review.new_key if review else ""


def _check_one(
    place: CitedPlace,
    before: Resolution,
    now: Resolution,
    review: StaleCitation | None,
    sealed: str,
) -> CheckedCitation:
    citation = read_citation(place.citation)
    reason = _compare(before.found, now, place.law_as_of, sealed)
    if (
        review is not None
        and now.found is not None
        and review.present_digest == now.found.sha256
    ):
        moved = citation is not None and review.new_key != citation.key
        reason = AWAITING_RELEASE if moved and _rewrites(place.kind) else ""
    unresolved = now.found is None and before.found is None and not sealed
    return CheckedCitation(
        kind=place.kind,
        object_id=place.object_id,
        title=place.title,
        url=place.url,
        key=citation.key if citation else "",
        citation=citation.text if citation else place.citation,
        law_as_of=place.law_as_of,
        status="unresolved" if unresolved else "stale" if reason else "ok",
        reason=reason,
        before=before.found,
        now=now.found,
        sealed=sealed,
    )


def _rewrites(kind: str) -> bool:
    """Whether the app of the content carries citations forward itself."""
    source = citer(kind)
    return source is not None and source.carry_forward is not None


def cited_part_stands(entry: StaleCitation, on: date) -> bool:
    """Whether the cited paragraph or item still reads as it did, under its new place.

    The article as a whole changed; a part can rest on its other parts, so a person
    decides all the same.
    """
    key = entry.new_key or entry.citation_key
    if parse_key(key) == parse_key(key).whole_article():
        return False
    before = _part(entry.citation_key, entry.old_article)
    after = resolve(key, on)
    if not before or after is None or after.is_gist:
        return False
    return text_digest(before) == text_digest(after.text)


def _part(key: str, article: Article | None) -> str:
    """The words of the cited part in the edition the content was written by."""
    if article is None or article.edition.is_gist:
        return ""
    place = _exact_place(parse_key(key), article)
    return _text_of(place, article) if place else ""


def cited_by(law: str, number: int, sub: int = 0) -> list[CitedPlace]:
    """Everything that rests on an article, whatever part of it is cited."""
    wanted = (canonical_law(law), number, sub)
    return [
        place
        for place, citation in _read_places()
        if (citation.law, citation.article, citation.article_sub) == wanted
    ]


def cited_by_lately(law: str, number: int, sub: int = 0) -> list[CitedPlace]:
    """Like ``cited_by``, at most a minute old, so that reading law stays cheap.

    One walk over all content fills the cache for every cited article.
    """
    key = _cited_cache_key((law, number, sub))
    known = cache.get_many([CITED_CACHE_FILLED, key])
    if CITED_CACHE_FILLED in known:
        found: list[CitedPlace] = known.get(key, [])
        return found
    by_article: dict[str, list[CitedPlace]] = defaultdict(list)
    for place, citation in _read_places():
        address = (citation.law, citation.article, citation.article_sub)
        by_article[_cited_cache_key(address)].append(place)
    cache.set_many({**by_article, CITED_CACHE_FILLED: True}, CITED_CACHE_SECONDS)
    return by_article[key]


def _cited_cache_key(address: tuple[str, int, int]) -> str:
    digest = hashlib.sha256(repr(address).encode()).hexdigest()
    return f"law-cited-{digest[:32]}"


def _read_places() -> Iterable[tuple[CitedPlace, Citation]]:
    for place in cited_places():
        citation = read_citation(place.citation)
        if citation is not None:
            yield place, citation


# -- reading -------------------------------------------------------------------------


def statutes_with_editions() -> QuerySet[Statute]:
    """All statutes with their editions, in the order of their rank and name."""
    return Statute.objects.order_by("kind", "title").prefetch_related(
        Prefetch("editions", StatuteEdition.objects.order_by("-in_force_from"))
    )


def best_edition(statute: Statute, on: date) -> StatuteEdition | None:
    """The edition to read on a day: in force and as complete as there is."""
    group = _editions_of({statute.law}, on)[statute.law]
    found = group.in_force or group.ended
    if found:
        return found[0]
    return statute.editions.order_by("in_force_from").first()


def edition_to_show(statute: Statute, on: date) -> StatuteEdition | None:
    """Like ``best_edition``, from editions that are loaded already."""
    loaded = list(statute.editions.all())
    current = [edition for edition in loaded if edition.is_in_force(on)]
    return min(
        current or loaded[:1],
        key=lambda edition: COMPLETENESS_RANK[
            EditionCompleteness(edition.completeness)
        ],
        default=None,
    )


def edition_of_day(statute: Statute, in_force_from: date) -> StatuteEdition | None:
    """The most complete edition in force from exactly that day."""
    rows = statute.editions.filter(in_force_from=in_force_from).select_related(
        "statute"
    )
    return min(
        rows,
        key=lambda edition: COMPLETENESS_RANK[
            EditionCompleteness(edition.completeness)
        ],
        default=None,
    )


def old_to_new(new_edition: StatuteEdition) -> QuerySet[ArticleSuccession]:
    """The old-to-new table of an edition."""
    return (
        ArticleSuccession.objects.filter(new_edition=new_edition)
        .select_related("old_article", "new_article", "old_edition__statute")
        .order_by("position")
    )


def successor(article: Article, on: date) -> tuple[Article | None, bool]:
    """The article that became of one, and whether an old-to-new table knows at all.

    A gone article is known to have none.
    """
    row = (
        ArticleSuccession.objects.filter(
            old_article=article, new_edition__in_force_from__lte=on
        )
        .select_related("new_article__edition__statute")
        .order_by("-new_edition__in_force_from")
        .first()
    )
    return (row.new_article, True) if row else (None, False)


def context_of(edition: StatuteEdition, article: Article) -> CitationContext:
    """Where an article stands, for references inside its own text."""
    return CitationContext(edition.statute.law, article.number, article.sub)
