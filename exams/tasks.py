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
