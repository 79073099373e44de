"""What the legal review leaves behind on a lesson."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from courses.models import LessonPage


def record_review(lesson: LessonPage, *, by: User, now: datetime) -> None:
    """Keep who released the lesson and when; shown to everybody who reads it.

    Repeated: the later review counts.
    """
    LessonPage.objects.filter(pk=lesson.pk).update(reviewer=by, reviewed_at=now)
