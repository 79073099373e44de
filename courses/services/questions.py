"""Questions of learners on a lesson, and the trainers' answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from courses.errors import AlreadyAnswered
from courses.models import LessonPage, LessonQuestion


def ask_question(
    user: User, lesson: LessonPage, text: str, *, now: datetime
) -> LessonQuestion:
    """Ask the trainers about a lesson; the same words again are the same question."""
    question, _made = LessonQuestion.objects.get_or_create(
        asked_by=user, lesson=lesson, text=text.strip(), defaults={"asked_at": now}
    )
    return question


@transaction.atomic
def answer_question(
    question: LessonQuestion, text: str, *, by: User, now: datetime
) -> LessonQuestion:
    """Answer a learner's question; a second answer is refused."""
    locked = LessonQuestion.objects.select_for_update().get(pk=question.pk)
    if locked.answered_at is not None:
        raise AlreadyAnswered
    locked.answer = text.strip()
    locked.answered_by = by
    locked.answered_at = now
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    return locked
