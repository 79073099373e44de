"""Edits beside the text of an item: enemies, comments, many items at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from exams.errors import ReasonMissing
from exams.models import Item, ItemComment, ItemRevision
from exams.queries.drafts import draft_of
from exams.services.bank import add_item_revision


@transaction.atomic
def set_enemies(item: Item, keys: Iterable[str]) -> None:
    """The items that must not stand in one form with this one. Idempotent."""
    Item.objects.select_for_update().get(pk=item.pk)
    item.enemies.set(Item.objects.filter(key__in=set(keys)).exclude(pk=item.pk))


def add_comment(
    revision: ItemRevision, text: str, *, now: datetime, by: User
) -> ItemComment:
    """Say something about a revision; empty words are refused. Every call adds one."""
    if not text.strip():
        raise ReasonMissing
    return ItemComment.objects.create(
        item=revision.item, revision=revision, text=text.strip(), by=by, at=now
    )


@transaction.atomic
def change_items(
    items: Sequence[Item],
    changes: Mapping[str, Any],
    *,
    add_tags: Sequence[str],
    now: datetime,
    by: User,
) -> int:
    """The same change of aspect, topic, level or tags for many items, as new revisions.

    Gives how many items changed; those that already say so are left alone. Idempotent.
    """
    changed = 0
    for item in items:
        draft = draft_of(item)
        tags = tuple(dict.fromkeys((*draft.tags, *add_tags)))
        new = replace(draft, tags=tags, **changes)
        if item.newest is not None and new != draft:
            add_item_revision(new, now=now, by=by, exhibit=item.newest.exhibit)
            changed += 1
    return changed
