"""Reads over learners' questions."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.queries import users_reached
from courses.models import LessonQuestion


def questions_for(trainer: User, now: datetime) -> QuerySet[LessonQuestion]:
    """Questions of the people a trainer reaches, the unanswered first."""
    reached = users_reached(trainer, [Role.TRAINER], now)
    return (
        LessonQuestion.objects.filter(asked_by__in=reached)
        .select_related("lesson", "asked_by", "answered_by")
        .order_by(F("answered_at").desc(nulls_first=True), "asked_at")
    )
