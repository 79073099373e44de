"""A small course in the catalogue, for the tests of learning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage, LessonPage, LessonProgress
from courses.services.learning import enrol, open_lesson
from courses.services.study import Signs, open_stream, record_beat

CHECK_ID = "11111111-1111-4111-8111-111111111111"


def make_course(key: str = "plans", **fields: Any) -> CoursePage:
    """A published course without lessons."""
    catalogue = CourseIndexPage.objects.get()
    course = CoursePage(
        title=f"课程{key}",
        slug=key,
        key=key,
        summary="简介",
        aspect="plans",
        law_as_of=date(2026, 11, 1),
        **fields,
    )
    catalogue.add_child(instance=course)
    return course


def make_lesson(
    course: CoursePage, slug: str = "one", *, check: bool = True, **fields: Any
) -> LessonPage:
    """A published lesson of ten minutes with one self-check."""
    body: list[dict[str, Any]] = [
        {
            "type": "heading",
            "value": "标题",
            "id": "22222222-2222-4222-8222-222222222222",
        },
        {"type": "text", "value": "<p>《安全生产法》第八十一条要求制定预案。</p>"},
    ]
    if check:
        options = [
            {"type": "item", "id": "a", "value": option}
            for option in (
                {"text": "对的", "correct": True, "feedback": "好"},
                {"text": "错的", "correct": False, "feedback": "再想"},
            )
        ]
        question = {"question": "哪个对？", "options": options, "explanation": "因为。"}
        body.append({"type": "self_check", "value": question, "id": CHECK_ID})
    lesson = LessonPage(title=f"课时{slug}", slug=slug, minutes=10, **fields)
    lesson.body = LessonPage._meta.get_field("body").to_python(body)
    course.refresh_from_db()
    course.add_child(instance=lesson)
    return lesson


def begin(user: User, lesson: LessonPage, now: datetime) -> LessonProgress:
    """Enrol the user and open the lesson."""
    return open_lesson(enrol(user, lesson.course(), now=now), lesson, now=now)


def read(
    progress: LessonProgress, minutes: float, now: datetime, *, reached_end: bool = True
) -> datetime:
    """Read a lesson steadily from `now`, one beat a minute; returns when it ended."""
    opened = open_stream(progress, now=now)
    token, end = opened.token, now + timedelta(minutes=minutes)
    while now < end:
        now += timedelta(seconds=60)
        answer = record_beat(
            opened.stream.public_id,
            Signs(visible=True, acted=True),
            by=progress.enrolment.user,
            token=token,
            now=now,
            reached_end=reached_end and now >= end,
        )
        token = answer.token
    return now
