"""What courses itself brings into the registry of activities: courses and hours."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import CoursePage
from courses.queries.learning import catalogue_cards, listed_courses, study_minutes
from courses.registry import Activity, ActivityProgress, Searchable

HOUR_CHOICES = (60, 120, 180, 240, 360, 480, 720, 960)


def course_choices() -> list[Activity]:
    """Every published course."""
    return [
        Activity("course", course.key, course.title, course.url)
        for course in listed_courses()
    ]


def course_progress(user: User, keys: list[str]) -> dict[str, ActivityProgress]:
    """How far a person is in each of these courses."""
    courses = CoursePage.objects.live().filter(key__in=keys)
    return {
        card.course.key: ActivityProgress(
            done=card.completed_at is not None,
            percent=card.percent,
            detail=_("%(learnt)d of %(lessons)d lessons")
            % {"learnt": card.learnt, "lessons": card.lessons},
        )
        for card in catalogue_cards(user, courses)
    }


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


def hour_progress(user: User, keys: list[str]) -> dict[str, ActivityProgress]:
    """How much of the demanded minutes a person has studied."""
    studied = study_minutes(user)
    return {
        key: ActivityProgress(
            done=studied >= int(key),
            percent=min(100 * studied // int(key), 100),
            detail=_("%(studied)d of %(minutes)s minutes")
            % {"studied": studied, "minutes": key},
        )
        for key in keys
        if key.isdigit() and int(key)
    }


def searchable_courses() -> list[Searchable]:
    """Courses for the search."""
    return [
        Searchable(course.key, course.title, course.summary, course.url)
        for course in listed_courses()
    ]
