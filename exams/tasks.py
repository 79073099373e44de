"""Background work: one call of one service each."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task


@task()
def mark_sitting(sitting_id: str) -> None:
    """Mark one handed-in sitting."""
    from exams.services import mark_sitting_by_id

    mark_sitting_by_id(sitting_id, now=timezone.now())


@task()
def close_overdue_sittings() -> None:
    """Close what is overdue, and mark what a lost worker left behind."""
    from exams.services import close_and_mark

    close_and_mark(now=timezone.now())


@task()
def sync_stale_items() -> None:
    """Flag items whose law has changed."""
    from exams.services import sync_stale_items as sync

    sync(now=timezone.now())


@task()
def look_through_import(import_id: int) -> None:
    """Read a large uploaded item file and keep its report."""
    from exams.services.item_imports import look_through_by_id

    look_through_by_id(import_id, now=timezone.now())


@task()
def take_import(import_id: int, accept_good: bool) -> None:
    """Take over a large upload that somebody has decided on."""
    from exams.services.item_imports import take_ordered

    take_ordered(import_id, accept_good=accept_good, now=timezone.now())


@task()
def search_twins(search_id: int) -> None:
    """Look for near twins in an aspect."""
    from exams.services.twins import search_twins as search

    search(search_id, now=timezone.now())
