"""Stored items as drafts again, for export."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet

from exams.data import (
    CaseSetDraft,
    CriterionDraft,
    ExhibitDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
    SupportDraft,
)
from exams.formats import Shared
from exams.models import CaseSet, CaseSetItem, Exhibit, Item


def draft_of(item: Item) -> ItemDraft:
    """The newest revision of an item, as an author or a file would have given it."""
    revision = item.newest
    if revision is None:
        raise ValueError(item.key)
    content = revision.content
    return ItemDraft(
        key=item.key,
        type=revision.type,
        stem=revision.stem,
        aspect=revision.aspect,
        topic=revision.topic,
        sectors=tuple(revision.sectors),
        level=revision.level,
        difficulty=revision.difficulty,
        pool=item.pool,
        markup=revision.markup,
        options=tuple(
            OptionDraft(
                o["text"],
                o["correct"],
                o.get("feedback", ""),
                None if o.get("fraction") is None else Decimal(o["fraction"]),
            )
            for o in content.get("options", ())
        ),
        truth=content.get("truth"),
        blanks=tuple(tuple(blank) for blank in content.get("blanks", ())),
        numeric=NumericDraft(
            Decimal(content["value"]), Decimal(content["tolerance"]), content["unit"]
        )
        if "value" in content
        else None,
        matching=MatchingDraft(
            tuple(content["left"]),
            tuple(content["right"]),
            tuple((left, right) for left, right in content["pairs"]),
        )
        if "pairs" in content
        else None,
        ordering=tuple(content.get("texts", ())),
        rubric=tuple(
            CriterionDraft(line["criterion"], Decimal(line["points"]))
            for line in content.get("rubric", ())
        ),
        rationale=revision.rationale,
        citations=tuple(revision.citations),
        law_as_of=revision.law_as_of,
        support=tuple(SupportDraft(s["ref"], s["phrase"]) for s in revision.support),
        exhibit=revision.exhibit.key if revision.exhibit else "",
        tags=tuple(revision.tags),
        enemies=tuple(sorted(enemy.key for enemy in item.enemies.all())),
    )


def drafts_of(items: QuerySet[Item]) -> list[ItemDraft]:
    """Drafts of many items with a handful of queries."""
    found = items.filter(newest__isnull=False).select_related("newest__exhibit")
    return [draft_of(item) for item in found.prefetch_related("enemies")]


def exhibit_draft(exhibit: Exhibit) -> ExhibitDraft:
    """A revision of material as an author or a file would have given it."""
    body = exhibit.body
    return ExhibitDraft(
        key=exhibit.key,
        title=exhibit.title,
        kind=exhibit.kind,
        text=body.get("text", ""),
        header=tuple(body.get("header", ())),
        rows=tuple(tuple(row) for row in body.get("rows", ())),
        svg=body.get("svg", ""),
        alt=exhibit.alt,
    )


def shared_of(items: QuerySet[Item]) -> Shared:
    """The newest material that these items hang on, and the case sets they are in."""
    places = CaseSetItem.objects.filter(item__in=items.values("pk"))
    sets = CaseSet.objects.filter(pk__in=places.values("case_set")).select_related(
        "exhibit"
    )
    used = Exhibit.objects.filter(revisions__in=items.values("newest"))
    newest = {one.key: one for one in used.order_by("number")}
    for case_set in sets:
        newest.setdefault(case_set.exhibit.key, case_set.exhibit)
    case_sets = tuple(
        CaseSetDraft(
            key=one.key,
            title=one.title,
            exhibit=one.exhibit.key,
            items=tuple(m.item.key for m in one.members.all()),
            intro=one.intro,
        )
        for one in sets.prefetch_related("members__item")
    )
    return Shared(tuple(exhibit_draft(one) for one in newest.values()), case_sets)


def on_older_material(items: QuerySet[Item]) -> set[str]:
    """Keys of the items that hang on material of which others have a newer revision."""
    rows = items.filter(newest__exhibit__isnull=False).values_list(
        "key", "newest__exhibit__key", "newest__exhibit__number"
    )
    found = list(rows.order_by())
    newest: dict[str, int] = {}
    for _key, exhibit, number in found:
        newest[exhibit] = max(number, newest.get(exhibit, 0))
    return {key for key, exhibit, number in found if number < newest[exhibit]}
