"""What courses holds about a person: for the person's own file, and for erasing."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from courses.models import (
    Enrolment,
    LessonProgress,
    LessonQuestion,
    Note,
    Reminder,
    SelfCheckAnswer,
    StudyBeat,
)


def personal_data(user: User) -> dict[str, Any]:
    """Enrolments, study, notes and questions, as JSON-ready values."""
    progress = LessonProgress.objects.filter(enrolment__user=user)
    return {
        "enrolments": list(
            Enrolment.objects.filter(user=user).values(
                "course__title",
                "enrolled_at",
                "completion__completed_at",
                "completion__minutes",
                "completion__evidence_hash",
            )
        ),
        "lessons": list(
            progress.values(
                "lesson__title",
                "opened_at",
                "seen_at",
                "studied",
                "percent",
                "learnt_at",
            )
        ),
        "self_checks": list(
            SelfCheckAnswer.objects.filter(progress__in=progress).values(
                "progress__lesson__title", "chosen", "right", "answered_at"
            )
        ),
        "study_beats": list(
            StudyBeat.objects.filter(clock__user=user).values_list("at", "credited")
        ),
        "notes": list(
            Note.objects.filter(user=user).values(
                "lesson__title", "quote", "text", "changed_at"
            )
        ),
        "questions": list(
            LessonQuestion.objects.filter(asked_by=user).values(
                "lesson__title", "text", "asked_at", "answer", "answered_at"
            )
        ),
        "reminders": list(
            Reminder.objects.filter(user=user).values(
                "assignment__programme__title", "occasion", "told_at", "seen_at"
            )
        ),
    }
