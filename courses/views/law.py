"""Reading the law: library, statute, comparison, search. Open to everybody.

The law is public; what rests on it is shown as far as the reader may see it.
"""

from __future__ import annotations

import re
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.citations import cn_to_int
from courses.enums import ArticleChange, StatuteKind
from courses.models import Statute, StatuteEdition
from courses.permissions import may_open_citing
from courses.queries.law import (
    best_edition,
    cited_by_lately,
    edition_of_day,
    edition_to_show,
    explain,
    read_citation,
    statutes_with_editions,
)
from courses.queries.reading import (
    articles_naming,
    compare_editions,
    edition_choices,
    former_edition,
    predecessor_of,
    read_edition,
)
from courses.queries.search import search, suggest
from courses.registry import CitedPlace, citers
from courses.search.glossary import glossary

_PLACE = re.compile(r"(\d{1,4})(?:-(\d{1,2}))?")
_NUMBER = re.compile(r"^第?\s*(?P<number>[\d零一二三四五六七八九十百千]+)\s*条?$")
MOST_FOUND = 40


@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """All statutes by rank, with what is in force today."""
    today = timezone.localdate()
    groups: dict[str, list[tuple[Statute, StatuteEdition]]] = {}
    for statute in statutes_with_editions():
        shown = edition_to_show(statute, today)
        if shown is not None:
            groups.setdefault(statute.kind, []).append((statute, shown))
    shelves = [
        (kind.label, groups[kind.value]) for kind in StatuteKind if kind.value in groups
    ]
    context = {"shelves": shelves, "today": today, "query": ""}
    return render(request, "courses/law_library.html", context)


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """Search results, best first."""
    query = request.GET.get("q", "")[:100]
    context = {"query": query, "hits": search(query)}
    return render(request, "courses/law_search.html", context)


@require_GET
def suggestions(request: HttpRequest) -> JsonResponse:
    """What somebody typing may mean."""
    found = suggest(request.GET.get("q", ""))
    return JsonResponse(
        {"suggestions": [{"text": s.text, "url": s.url} for s in found]}
    )


@require_GET
def glossary_page(request: HttpRequest) -> HttpResponse:
    """The terms of the trade, each with the article it rests on."""
    return render(request, "courses/law_glossary.html", {"terms": glossary()})


@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """An article as it stood on a day, for the preview of a citation."""
    key = request.GET.get("key", "")
    on = _day(request.GET.get("on", "")) or timezone.localdate()
    answer = explain(key, on)
    context = {"answer": answer, "article": answer.found, "on": on}
    return render(request, "courses/_article_card.html", context)


@require_GET
def statute_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the edition of the day asked for, today's by default."""
    statute = get_object_or_404(Statute, slug=slug)
    on = _day(request.GET.get("on", "")) or timezone.localdate()
    edition = best_edition(statute, on)
    if edition is None:
        raise Http404
    query = request.GET.copy()
    query.pop("on", None)
    suffix = f"?{query.urlencode()}" if query else ""
    return redirect(edition.get_absolute_url() + suffix)


@require_GET
def edition_page(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """A statute as it stood from a day: contents, text, what rests on an article."""
    edition = _edition(slug, day)
    chosen = _chosen(request)
    reading = read_edition(edition, chosen)
    here = reading.here
    context = {
        "edition": edition,
        "statute": edition.statute,
        "reading": reading,
        "choices": edition_choices(edition.statute, edition),
        "today": timezone.localdate(),
        "in_force": edition.is_in_force(timezone.localdate()),
        "here": here,
        "comparison": predecessor_of(here) if here else None,
        "former": former_edition(edition),
        "show_comparison": "compare" in request.GET,
        "related": _related(request, edition, chosen) if here and chosen else [],
        "naming": articles_naming(here) if here else [],
        "query": "",
    }
    return render(request, "courses/statute_detail.html", context)


@require_GET
def related(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """What rests on one article, as a piece of the page."""
    edition = _edition(slug, day)
    chosen = _chosen(request)
    if chosen is None:
        raise Http404
    article = get_object_or_404(edition.articles, number=chosen[0], sub=chosen[1])
    context = {
        "here": article,
        "related": _related(request, edition, chosen),
        "naming": articles_naming(article),
        "edition": edition,
    }
    return render(request, "courses/_statute_related.html", context)


@require_GET
def find_in_statute(request: HttpRequest, slug: str) -> HttpResponse:
    """Jump to an article by its number, or list the articles that hold the words."""
    statute = get_object_or_404(Statute, slug=slug)
    query = " ".join(request.GET.get("q", "").split())[:60]
    on = _day(request.GET.get("on", "")) or timezone.localdate()
    edition = best_edition(statute, on)
    if edition is None:
        raise Http404
    number = _article_number(query, statute.law)
    if (
        number is not None
        and edition.articles.filter(number=number[0], sub=number[1]).exists()
    ):
        place = f"{number[0]}" + (f"-{number[1]}" if number[1] else "")
        return redirect(f"{edition.get_absolute_url()}?a={place}#a{place}")
    found = edition.articles.none()
    if query:
        found = edition.articles.filter(text__contains=query)[:MOST_FOUND]
    context = {"statute": statute, "edition": edition, "query": query, "found": found}
    return render(request, "courses/statute_find.html", context)


@require_GET
def compare_page(request: HttpRequest, old_pk: int, new_pk: int) -> HttpResponse:
    """Two editions side by side, article by article."""
    editions = StatuteEdition.objects.select_related("statute")
    old = get_object_or_404(editions, pk=old_pk)
    new = get_object_or_404(editions, pk=new_pk)
    only = set(request.GET.getlist("change")) & set(ArticleChange.values)
    context = {
        "old": old,
        "new": new,
        "rows": compare_editions(old, new, only),
        "changes": [(c.value, c.label, c.value in only) for c in ArticleChange],
        "only": only,
    }
    return render(request, "courses/statute_compare.html", context)


def _edition(slug: str, day: str) -> StatuteEdition:
    statute = get_object_or_404(Statute, slug=slug)
    begins = _day(day)
    edition = edition_of_day(statute, begins) if begins else None
    if edition is None:
        raise Http404
    return edition


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _chosen(request: HttpRequest) -> tuple[int, int] | None:
    match = _PLACE.fullmatch(request.GET.get("a", ""))
    return (int(match[1]), int(match[2] or 0)) if match else None


def _article_number(query: str, law: str) -> tuple[int, int] | None:
    match = _NUMBER.match(query)
    if match is not None:
        try:
            return cn_to_int(match["number"]), 0
        except ValueError:
            return None
    place = read_citation(query)
    return (place.article, place.article_sub) if place else None


def _related(
    request: HttpRequest, edition: StatuteEdition, chosen: tuple[int, int]
) -> list[tuple[str, list[CitedPlace]]]:
    """What cites the article, of the kinds that this person may open."""
    places = cited_by_lately(edition.statute.law, *chosen)
    groups: list[tuple[str, list[CitedPlace]]] = []
    for citer in citers():
        unique = {p.object_id: p for p in places if p.kind == citer.kind}
        if unique and may_open_citing(request.user, citer, timezone.now()):
            groups.append((str(citer.label), list(unique.values())))
    return groups
