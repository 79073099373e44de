"""Changes of the item bank: revisions, reviews, staleness, case sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.chain import canonical
from accounts.models import Organisation, User
from courses.queries.law import check_places
from exams.data import CaseSetDraft, ExhibitDraft, ItemDraft, ItemFileDraft
from exams.enums import ReviewVerdict
from exams.errors import ItemRefused, NotInReview, OwnWorkReviewed, ReasonMissing
from exams.models import (
    CaseSet,
    CaseSetItem,
    Exhibit,
    Item,
    ItemReview,
    ItemRevision,
)
from exams.queries.registered import cited_places
from exams.question_types import draft_content, draft_problems

BATCH = 500


def digest_of(value: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, so that equal content is recognised."""
    return hashlib.sha256(canonical(value)).hexdigest()


def exhibit_body(draft: ExhibitDraft) -> dict[str, Any]:
    """What material shows, as it is stored."""
    return {
        "text": draft.text,
        "header": list(draft.header),
        "rows": [list(row) for row in draft.rows],
        "svg": draft.svg,
    }


def exhibit_digest(draft: ExhibitDraft) -> str:
    """What makes two drafts the same revision of material: everything but the key."""
    value = {"title": draft.title, "kind": draft.kind, "alt": draft.alt}
    return digest_of({**value, "body": exhibit_body(draft)})


@transaction.atomic
def add_exhibit(draft: ExhibitDraft, *, now: datetime) -> Exhibit:
    """Store an exhibit; the same content again gives the stored one back."""
    digest = exhibit_digest(draft)
    last = Exhibit.objects.filter(key=draft.key).order_by("-number").first()
    if last is not None and last.digest == digest:
        return last
    return Exhibit.objects.create(
        key=draft.key,
        number=last.number + 1 if last else 1,
        title=draft.title,
        kind=draft.kind,
        body=exhibit_body(draft),
        alt=draft.alt,
        digest=digest,
        created_at=now,
    )


def draft_digest(draft: ItemDraft, material: str | None) -> str:
    """What makes two drafts the same revision: everything but key and pool.

    ``material`` is the digest of what the item hangs on.
    """
    value = asdict(draft)
    for name in ("key", "pool", "enemies", "exhibit"):
        value.pop(name)
    value["difficulty"] = f"{draft.difficulty:.2f}"
    value["law_as_of"] = draft.law_as_of.isoformat() if draft.law_as_of else None
    value["exhibit"] = material
    for name in ("options", "numeric", "matching", "rubric"):
        value.pop(name)
    value["content"] = draft_content(draft)
    return digest_of(value)


@transaction.atomic
def add_item_revision(
    draft: ItemDraft,
    *,
    now: datetime,
    by: User | None,
    organisation: Organisation | None = None,
    exhibit: Exhibit | None = None,
) -> ItemRevision:
    """Store what a draft says as the next revision of the item with its key.

    Idempotent: a draft equal to the newest revision gives that one back. The item
    becomes live only through review. Refuses with ``ItemRefused`` and all problems.
    """
    problems = draft_problems(draft)
    if problems:
        raise ItemRefused(problems)
    item, _ = Item.objects.get_or_create(
        key=draft.key,
        defaults={"pool": draft.pool, "organisation": organisation, "created_at": now},
    )
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    digest = draft_digest(draft, exhibit.digest if exhibit else None)
    if item.newest is not None and item.newest.digest == digest:
        return item.newest
    revision = _revision(draft, item, exhibit, digest, now=now, by=by)
    revision.save()
    item.newest = revision
    item.save(update_fields=["newest"])
    return revision


def _revision(
    draft: ItemDraft,
    item: Item,
    exhibit: Exhibit | None,
    digest: str,
    *,
    now: datetime,
    by: User | None,
) -> ItemRevision:
    return ItemRevision(
        item=item,
        number=item.newest.number + 1 if item.newest else 1,
        type=draft.type,
        aspect=draft.aspect,
        topic=draft.topic,
        sectors=list(draft.sectors),
        level=draft.level,
        difficulty=draft.difficulty,
        markup=draft.markup,
        stem=draft.stem,
        content=draft_content(draft),
        rationale=draft.rationale,
        citations=list(draft.citations),
        support=[asdict(line) for line in draft.support],
        law_as_of=draft.law_as_of,
        exhibit=exhibit,
        tags=list(draft.tags),
        author=by,
        digest=digest,
        created_at=now,
    )


@transaction.atomic
def add_item_revisions(
    drafts: Sequence[ItemDraft],
    *,
    now: datetime,
    by: User | None,
    exhibits: Mapping[str, Exhibit] | None = None,
) -> int:
    """Store many drafts at once, all or nothing; gives how many revisions are new.

    The same rules as ``add_item_revision``, with a few queries for a batch. Idempotent.
    """
    problems = [problem for draft in drafts for problem in draft_problems(draft)]
    if problems:
        raise ItemRefused(problems)
    stored = sum(
        _add_batch(drafts[start : start + BATCH], exhibits or {}, now=now, by=by)
        for start in range(0, len(drafts), BATCH)
    )
    _link_enemies(drafts)
    return stored


def _add_batch(
    drafts: Sequence[ItemDraft],
    exhibits: Mapping[str, Exhibit],
    *,
    now: datetime,
    by: User | None,
) -> int:
    keys = [draft.key for draft in drafts]
    known = set(Item.objects.filter(key__in=keys).values_list("key", flat=True))
    Item.objects.bulk_create(
        [
            Item(key=draft.key, pool=draft.pool, created_at=now)
            for draft in drafts
            if draft.key not in known
        ],
        ignore_conflicts=True,
    )
    found = Item.objects.select_related("newest").filter(key__in=keys)
    items = {item.key: item for item in found.select_for_update(of=("self",))}
    new = []
    for draft in drafts:
        item, exhibit = items[draft.key], exhibits.get(draft.exhibit)
        digest = draft_digest(draft, exhibit.digest if exhibit else None)
        if item.newest is None or item.newest.digest != digest:
            new.append(_revision(draft, item, exhibit, digest, now=now, by=by))
    for revision in ItemRevision.objects.bulk_create(new):
        revision.item.newest = revision
    Item.objects.bulk_update([revision.item for revision in new], ["newest"])
    return len(new)


def submit_revision(
    revision: ItemRevision, *, now: datetime, by: User | None, comment: str = ""
) -> ItemReview:
    """Hand a revision to the legal reviewers. Repeating adds a step, harms nothing."""
    return ItemReview.objects.create(
        revision=revision,
        verdict=ReviewVerdict.SUBMITTED,
        comment=comment,
        by=by,
        at=now,
    )


@transaction.atomic
def review_revision(
    revision: ItemRevision,
    *,
    verdict: ReviewVerdict,
    now: datetime,
    by: User,
    comment: str = "",
) -> ItemReview:
    """Approve a submitted revision, which makes it live, or return it.

    Refuses the author (four eyes) and revisions that nobody submitted; returning needs
    a comment. Approval clears staleness: the reviewer has just read the law.
    """
    item = Item.objects.select_for_update().get(pk=revision.item_id)
    last = revision.reviews.order_by("-at", "-pk").first()
    if last is None or last.verdict != ReviewVerdict.SUBMITTED:
        raise NotInReview(str(revision.public_id))
    if revision.author_id is not None and revision.author_id == by.pk:
        raise OwnWorkReviewed(str(revision.public_id))
    if verdict == ReviewVerdict.RETURNED and not comment.strip():
        raise ReasonMissing
    if verdict == ReviewVerdict.APPROVED:
        item.live_revision = revision
        item.stale_since = None
        item.stale_reason = ""
        item.save(update_fields=["live_revision", "stale_since", "stale_reason"])
    return ItemReview.objects.create(
        revision=revision, verdict=verdict, comment=comment, by=by, at=now
    )


def flag_stale(keys: Iterable[str], *, reason: str, now: datetime) -> int:
    """Mark live items whose law has changed; they are not drawn until reviewed.

    Idempotent: items already flagged keep their first date and reason.
    """
    return (
        Item.objects.live()
        .filter(key__in=list(keys))
        .update(stale_since=now, stale_reason=reason[:300])
    )


def keep_stale(item: Item, *, now: datetime, by: User, comment: str) -> ItemReview:
    """A reviewer has read the changed article and the item still holds."""
    if item.live_revision is None:
        raise NotInReview(item.key)
    submit_revision(item.live_revision, now=now, by=None, comment=item.stale_reason)
    return review_revision(
        item.live_revision,
        verdict=ReviewVerdict.APPROVED,
        now=now,
        by=by,
        comment=comment,
    )


def retire_item(item: Item, *, now: datetime) -> None:
    """Take an item out of use; forms that hold it are not touched. Idempotent."""
    Item.objects.filter(pk=item.pk, retired_at__isnull=True).update(retired_at=now)


@transaction.atomic
def save_case_set(draft: CaseSetDraft, *, exhibit: Exhibit) -> CaseSet:
    """Create or rewrite a case set. Idempotent."""
    case_set, _ = CaseSet.objects.update_or_create(
        key=draft.key,
        defaults={"title": draft.title, "intro": draft.intro, "exhibit": exhibit},
    )
    items = {item.key: item for item in Item.objects.filter(key__in=draft.items)}
    case_set.members.all().delete()
    CaseSetItem.objects.bulk_create(
        CaseSetItem(case_set=case_set, item=items[key], place=place)
        for place, key in enumerate(draft.items, start=1)
    )
    return case_set


@transaction.atomic
def load_item_file(
    content: ItemFileDraft,
    *,
    now: datetime,
    by: User | None,
    reviewer: User | None = None,
) -> list[ItemRevision]:
    """Store a whole file of exhibits, items and case sets, all or nothing.

    With a reviewer every new revision is also submitted and approved, which is for
    files that were reviewed before they were committed. Idempotent.
    """
    exhibits = {draft.key: add_exhibit(draft, now=now) for draft in content.exhibits}
    revisions = [
        add_item_revision(draft, now=now, by=by, exhibit=exhibits.get(draft.exhibit))
        for draft in content.items
    ]
    _link_enemies(content.items)
    for case_set in content.case_sets:
        save_case_set(case_set, exhibit=exhibits[case_set.exhibit])
    if reviewer is not None:
        for revision in revisions:
            if revision.item.live_revision_id != revision.pk:
                submit_revision(revision, now=now, by=by)
                review_revision(
                    revision, verdict=ReviewVerdict.APPROVED, now=now, by=reviewer
                )
    return revisions


def _link_enemies(drafts: Iterable[ItemDraft]) -> None:
    for draft in drafts:
        if draft.enemies:
            item = Item.objects.get(key=draft.key)
            item.enemies.add(*Item.objects.filter(key__in=draft.enemies))


def sync_stale_items(*, now: datetime) -> int:
    """Flag every live item whose cited law has changed; gives how many were flagged.

    Reviews recorded in the law library count. Idempotent.
    """
    checked = check_places(cited_places(), timezone.localdate(now))
    reasons = {c.object_id: c for c in checked if c.status == "stale"}
    return sum(
        flag_stale([key], reason=f"{found.citation} {found.reason}", now=now)
        for key, found in reasons.items()
    )
