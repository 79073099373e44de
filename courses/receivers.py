"""Reactions of courses to what happens elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import connections
from wagtail.models import Page, Revision, TaskState

from courses.models import LegalReview, LessonPage
from courses.services.catalogue import ensure_catalogue
from courses.services.review import record_review


def prepare_catalogue(using: str, **_kwargs: Any) -> None:
    """After every migrate: the catalogue's root, workflow and rights are there."""
    connection = connections[using]
    if LegalReview._meta.db_table in connection.introspection.table_names():
        ensure_catalogue()


def note_reviewer(instance: Page, revision: Revision, **_kwargs: Any) -> None:
    """When a lesson goes online: keep who released this text, at once or by schedule."""
    review = (
        TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED)
        .exclude(finished_by=None)
        .order_by("finished_at")
        .last()
    )
    if isinstance(instance, LessonPage) and review is not None:
        record_review(instance, by=review.finished_by, now=review.finished_at)
