"""Items follow a change of law: a new revision with the new places, to be reviewed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from courses.queries.law import read_citation
from courses.queries.law_rewrite import rewrite_key, rewrite_words
from courses.registry import CarriedCitations
from exams.models import Item, ItemRevision
from exams.services.bank import digest_of, keep_stale, submit_revision


@transaction.atomic
def carry_item_forward(carried: CarriedCitations) -> None:
    """Write the decided places into the next revision and hand it to the reviewers.

    The item is not drawn before another person has approved it. Where every citation
    was kept, the live revision stays; its own author cannot be the one who says so,
    and then it waits for a reviewer too. Raises CarryByHand where stem or
    explanation need an author.
    """
    item = Item.objects.select_for_update().get(key=carried.document)
    newest = item.revisions.order_by("-number")[0]
    comment = _("The law changed; citations decided on the worklist of the law desk.")
    if carried.moved:
        revision = _revision_with(newest, carried)
        item.newest = revision
        item.save(update_fields=["newest"])
        submit_revision(revision, now=carried.now, by=carried.by, comment=comment)
    elif newest.author_id == carried.by.pk or newest.pk != item.live_revision_id:
        submit_revision(newest, now=carried.now, by=carried.by, comment=comment)
    else:
        keep_stale(item, now=carried.now, by=carried.by, comment=comment)


def _revision_with(newest: ItemRevision, carried: CarriedCitations) -> ItemRevision:
    moved = carried.moved
    citations = [_carried(words, moved) for words in newest.citations]
    support = [
        {**line, "ref": rewrite_key(line["ref"], moved)} for line in newest.support
    ]
    stem = rewrite_words(newest.stem, moved)
    rationale = rewrite_words(newest.rationale, moved)
    digest = digest_of(
        {
            "carried": newest.digest,
            "citations": citations,
            "support": support,
            "stem": stem,
            "rationale": rationale,
            "law_as_of": carried.law_as_of.isoformat(),
        }
    )
    fields = {
        field.attname: getattr(newest, field.attname)
        for field in ItemRevision._meta.concrete_fields
        if field.attname not in {"id", "public_id"}
    }
    fields |= {
        "number": newest.number + 1,
        "citations": list(dict.fromkeys(citations)),
        "support": support,
        "stem": stem,
        "rationale": rationale,
        "law_as_of": carried.law_as_of,
        "author_id": carried.by.pk,
        "digest": digest,
        "created_at": carried.now,
    }
    return ItemRevision.objects.create(**fields)


def _carried(words: str, moved: dict[str, str]) -> str:
    place = read_citation(words)
    return words if place is None else moved.get(place.key, words)
