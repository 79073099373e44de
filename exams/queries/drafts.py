"""Stored items as drafts again, for export."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet

from exams.data import (
    CriterionDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
    SupportDraft,
)
from exams.models import Item


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
