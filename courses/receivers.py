"""Reactions of courses to what happens elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.utils import timezone
from wagtail.models import Page, WorkflowState

from courses.models import LegalReview, LessonPage
from courses.services.catalogue import ensure_catalogue
from courses.services.review import record_review


def prepare_catalogue(using: str, **_kwargs: Any) -> None:
    """After every migrate: the catalogue's root, workflow and rights are there."""
    connection = connections[using]
    if LegalReview._meta.db_table in connection.introspection.table_names():
        ensure_catalogue()


def note_reviewer(instance: WorkflowState, user: Any, **_kwargs: Any) -> None:
    """After a workflow released a lesson: keep who did it."""
    lesson = LessonPage.objects.filter(page_ptr_id=_page_pk(instance)).first()
    if lesson is not None and user is not None:
        record_review(lesson, by=user, now=timezone.now())


def _page_pk(state: WorkflowState) -> int | None:
    """The page a workflow is about; None for snippets."""
    content = state.content_object
    return content.pk if isinstance(content, Page) else None
