"""Lessons somebody has learnt whose law has moved since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from courses.enums import StaleState
from courses.models import LessonProgress, StaleCitation


@dataclass(frozen=True, slots=True)
class ChangedLesson:
    """A lesson to read again; `reviewed` when its new text is there already."""

    title: str
    url: str
    changed_at: datetime
    reviewed: bool


def changed_lessons(user: User) -> list[ChangedLesson]:
    """What the person learnt before its law changed, the newest change first."""
    learnt = {
        str(row.lesson.public_id): row
        for row in LessonProgress.objects.filter(
            enrolment__user=user, learnt_at__isnull=False
        ).select_related("lesson")
    }
    moved = StaleCitation.objects.filter(
        Q(state=StaleState.OPEN) | ~Q(new_key=""),
        kind="lesson",
        object_id__in=list(learnt),
    ).order_by("-flagged_at")
    found: dict[str, ChangedLesson] = {}
    for change in moved:
        row = learnt[change.object_id]
        at = change.decided_at or change.flagged_at
        if row.learnt_at is None or at <= row.learnt_at:
            continue
        found.setdefault(
            change.object_id,
            ChangedLesson(
                row.lesson.title,
                row.lesson.url or "",
                at,
                change.state != StaleState.OPEN,
            ),
        )
    return list(found.values())
