"""Searching a large bank for items that say nearly the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from exams import tasks
from exams.models import Item, TwinSearch
from exams.queries.bank import TWINS_SHOWN, item_texts
from exams.rules.similarity import alike

GIVEN_UP_AFTER = timedelta(minutes=30)


@transaction.atomic
def order_twin_search(aspect: str, *, now: datetime) -> TwinSearch:
    """Let the worker search an aspect; what was found last stays until it is done.

    Repeating changes nothing while a search runs; one that has not ended after half an
    hour is taken for lost.
    """
    search, is_new = TwinSearch.objects.select_for_update().get_or_create(
        aspect=aspect, defaults={"ordered_at": now}
    )
    lost = now - search.ordered_at > GIVEN_UP_AFTER
    if not is_new and search.finished_at is None and not lost:
        return search
    search.ordered_at, search.finished_at = now, None
    search.done, search.total = 0, Item.objects.in_aspect(aspect).count()
    search.save()
    transaction.on_commit(partial(tasks.search_twins.enqueue, search.pk))
    return search


def search_twins(search_id: int, *, now: datetime) -> None:
    """Search the items of an aspect, telling how far it has come. Idempotent."""
    search = TwinSearch.objects.get(pk=search_id)
    if search.finished_at is not None:
        return
    texts = item_texts(Item.objects.in_aspect(search.aspect))
    search.total = len(texts)

    def told(done: int) -> None:
        search.done = done
        search.save(update_fields=["done", "total"])

    pairs = alike(texts, told=told)[:TWINS_SHOWN]
    search.pairs = [[pair.one, pair.other, pair.percent] for pair in pairs]
    search.done, search.finished_at = search.total, now
    search.save(update_fields=["pairs", "done", "total", "finished_at"])
