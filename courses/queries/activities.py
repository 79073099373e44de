"""What courses itself brings into the registry of activities: courses and hours."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import CoursePage, Enrolment, LessonProgress
from courses.queries.learning import lesson_minutes, listed_courses
from courses.registry import Activity, ActivityProgress, Searchable
from courses.rules.completion import course_percent

HOUR_CHOICES = (60, 120, 180, 240, 360, 480, 720, 960)


def course_choices() -> list[Activity]:
    """Every published course."""
    return [
        Activity("course", course.key, course.title, course.url)
        for course in listed_courses()
    ]


def course_progress(
    people: list[User], keys: list[str]
) -> dict[int, dict[str, ActivityProgress]]:
    """How far each of these people is in each of these courses: three queries."""
    courses = list(CoursePage.objects.live().filter(key__in=keys))
    lessons = {pk: len(minutes) for pk, minutes in lesson_minutes(courses).items()}
    rows = (
        Enrolment.objects.filter(user__in=people, course__in=courses)
        .annotate(learnt=Count("progress", filter=Q(progress__learnt_at__isnull=False)))
        .values_list("user_id", "course_id", "learnt", "completion__completed_at")
    )
    facts = {
        (person, course): (learnt, completed_at is not None)
        for person, course, learnt, completed_at in rows
    }
    return {
        person.pk: {
            course.key: _course_progress(
                lessons[course.pk], *facts.get((person.pk, course.pk), (0, False))
            )
            for course in courses
        }
        for person in people
    }


def _course_progress(lessons: int, learnt: int, completed: bool) -> ActivityProgress:
    return ActivityProgress(
        done=completed,
        percent=course_percent(learnt, lessons, completed=completed),
        detail=_("%(learnt)d of %(lessons)d lessons")
        % {"learnt": learnt, "lessons": lessons},
    )


def hour_choices() -> list[Activity]:
    """Study minutes one can demand; the key is the number."""
    return [
        Activity(
            "hours",
            str(minutes),
            _("%(minutes)d minutes of study") % {"minutes": minutes},
            "/learn/",
        )
        for minutes in HOUR_CHOICES
    ]


def hour_progress(
    people: list[User], keys: list[str]
) -> dict[int, dict[str, ActivityProgress]]:
    """How much of the demanded minutes each of these people has studied: one query."""
    sums = dict(
        LessonProgress.objects.filter(enrolment__user__in=people)
        .values_list("enrolment__user_id")
        .annotate(total=Sum("studied"))
    )
    demands = [key for key in keys if key.isdigit() and int(key)]
    return {
        person.pk: {
            key: _hour_progress(sums.get(person.pk, timedelta(0)), key)
            for key in demands
        }
        for person in people
    }


def _hour_progress(studied: timedelta, key: str) -> ActivityProgress:
    minutes = int(studied.total_seconds()) // 60
    return ActivityProgress(
        done=minutes >= int(key),
        percent=min(100 * minutes // int(key), 100),
        detail=_("%(studied)d of %(minutes)s minutes")
        % {"studied": minutes, "minutes": key},
    )


def searchable_courses() -> list[Searchable]:
    """Courses for the search."""
    return [
        Searchable(course.key, course.title, course.summary, course.url)
        for course in listed_courses()
    ]
