"""Background work of courses: fetch by id, call one service."""

from __future__ import annotations

from django_tasks import task


@task()
def send_stale_notice(entry_ids: list[int]) -> int:
    """Tell the legal reviewers what went stale."""
    from courses.services.law_notices import notify_stale_citations

    return notify_stale_citations(entry_ids)
