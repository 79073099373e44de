"""The item bank as authors and reviewers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.html import strip_tags
from rapidfuzz import fuzz, process

from exams.enums import ReviewVerdict
from exams.models import (
    FormItem,
    Item,
    ItemReview,
    ItemRevision,
    ScoreVersion,
    TwinSearch,
)
from exams.psychometrics.items import ItemFigures, Response, item_figures
from exams.rules.similarity import alike

SIMILAR_FROM = 70
SIMILAR_SHOWN = 5
TWINS_SHOWN = 100
STATES = ("live", "review", "draft", "stale", "retired")


@dataclass(frozen=True)
class SimilarItem:
    """Another item that says nearly the same."""

    revision: ItemRevision
    percent: int


def bank_items() -> QuerySet[Item]:
    """Every item with its newest revision and the last review step."""
    last = ItemReview.objects.filter(revision__item=OuterRef("pk")).order_by(
        "-at", "-pk"
    )
    return Item.objects.select_related("newest").annotate(
        last_verdict=Coalesce(Subquery(last.values("verdict")[:1]), Value("")),
        last_reviewed=Subquery(last.values("revision")[:1]),
    )


def filter_items(items: QuerySet[Item], terms: dict[str, Any]) -> QuerySet[Item]:
    """Items that meet every given term; empty terms do not restrict."""
    if words := terms.get("q"):
        # Chinese has no case, and folding it costs more than the rest of the search.
        look = "icontains" if words != words.swapcase() else "contains"
        items = items.filter(
            Q(**{f"newest__stem__{look}": words}) | Q(**{f"key__{look}": words})
        )
    for name, column in (
        ("aspect", "newest__aspect"),
        ("type", "newest__type"),
        ("level", "newest__level"),
        ("pool", "pool"),
    ):
        if terms.get(name):
            items = items.filter(**{column: terms[name]})
    return _in_state(items, terms.get("state", ""))


def _in_state(items: QuerySet[Item], state: str) -> QuerySet[Item]:
    waiting = Q(last_verdict=ReviewVerdict.SUBMITTED)
    if state == "live":
        return items.filter(
            live_revision__isnull=False,
            stale_since__isnull=True,
            retired_at__isnull=True,
        )
    if state == "review":
        return items.filter(waiting, retired_at__isnull=True)
    if state == "draft":
        return items.filter(retired_at__isnull=True).exclude(
            Q(live_revision__isnull=False, live_revision=F("newest")) | waiting
        )
    if state == "stale":
        return items.filter(stale_since__isnull=False, retired_at__isnull=True)
    if state == "retired":
        return items.filter(retired_at__isnull=False)
    return items


def with_uses(items: list[Item]) -> list[Item]:
    """The items of one page with the number of forms they stand in."""
    uses = dict(
        FormItem.objects.filter(revision__item__in=items)
        .values_list("revision__item")
        .annotate(n=Count("form", distinct=True))
        .order_by()
    )
    for item in items:
        item.uses = uses.get(item.pk, 0)  # type: ignore[attr-defined]
    return items


def similar_items(revision: ItemRevision) -> list[SimilarItem]:
    """Items whose stem is close to this one's, closest first."""
    others = dict(
        ItemRevision.objects.filter(item__retired_at__isnull=True)
        .exclude(item=revision.item_id)
        .filter(Q(item__live_revision=F("pk")) | Q(item__live_revision__isnull=True))
        .values_list("pk", "stem")
    )
    found = process.extract(
        revision.stem,
        others,
        scorer=fuzz.ratio,
        limit=SIMILAR_SHOWN,
        score_cutoff=SIMILAR_FROM,
    )
    percents = {pk: round(score) for _, score, pk in found}
    revisions = ItemRevision.objects.filter(pk__in=percents).select_related("item")
    return sorted(
        (SimilarItem(r, percents[r.pk]) for r in revisions), key=lambda s: -s.percent
    )


@dataclass(frozen=True)
class Twins:
    """Two items that say nearly the same."""

    one: Item
    other: Item
    percent: int


def twin_items(aspect: str) -> list[Twins]:
    """Items of one aspect that say nearly the same, the most alike first."""
    pairs = alike(item_texts(Item.objects.in_aspect(aspect)))[:TWINS_SHOWN]
    return _twins([(pair.one, pair.other, pair.percent) for pair in pairs])


def found_twins(search: TwinSearch) -> list[Twins]:
    """What the last search has found, without items retired since."""
    return _twins([(one, other, percent) for one, other, percent in search.pairs])


def _twins(pairs: list[tuple[int, int, int]]) -> list[Twins]:
    wanted = {pk for one, other, _percent in pairs for pk in (one, other)}
    found = Item.objects.filter(retired_at__isnull=True).select_related("newest")
    items = found.in_bulk(wanted)
    return [
        Twins(items[one], items[other], percent)
        for one, other, percent in pairs
        if one in items and other in items
    ]


def item_texts(items: QuerySet[Item]) -> dict[int, str]:
    """What near twins are judged by: stem and options without marks of HTML."""
    rows = items.values_list("pk", "newest__stem", "newest__content")
    return {pk: _words(stem, content) for pk, stem, content in rows}


def _words(stem: str, content: dict[str, Any]) -> str:
    """Stem and options without marks of HTML."""
    options = (option["text"] for option in content.get("options", ()))
    return strip_tags(" ".join((stem, *options)))


def item_usage_figures(revision: ItemRevision) -> ItemFigures | None:
    """Facility and discrimination of a revision over all scored sittings."""
    places = dict(
        FormItem.objects.filter(revision=revision).values_list("form", "position")
    )
    newest: dict[int, ScoreVersion] = {}
    versions = ScoreVersion.objects.filter(sitting__form__in=places).select_related(
        "sitting"
    )
    for version in versions.order_by("number"):
        newest[version.sitting_id] = version
    responses = []
    for version in newest.values():
        position = places[version.sitting.form_id or 0]
        question = version.detail["questions"][position - 1]
        earned = float(question["points"])
        responses.append(
            Response(
                person=str(version.sitting_id),
                item=str(revision.public_id),
                share=earned / float(question["maximum"]),
                rest=float(version.points) - earned,
                answered=question["answered"],
            )
        )
    figures = item_figures(responses)
    return figures[0] if figures else None
