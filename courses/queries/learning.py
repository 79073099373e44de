"""Reads over learning records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from wagtail.models import PageQuerySet

from accounts.models import User
from courses.data import CompletedCourse
from courses.models import (
    CourseCompletion,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    LessonQuestion,
    StudyBeat,
)
from courses.rules.completion import course_percent


@dataclass(frozen=True)
class LessonRow:
    """A lesson in the table of contents of a course, with how far a person is."""

    lesson: LessonPage
    progress: LessonProgress | None

    @property
    def learnt(self) -> bool:
        return self.progress is not None and self.progress.learnt_at is not None

    @property
    def percent(self) -> int:
        return self.progress.percent if self.progress else 0

    @property
    def studied_minutes(self) -> int:
        if self.progress is None:
            return 0
        return int(self.progress.studied.total_seconds()) // 60


@dataclass(frozen=True)
class CourseCard:
    """A course in the catalogue, with how far a person is."""

    course: CoursePage
    lessons: int
    minutes: int
    enrolled: bool
    learnt: int
    completed_at: datetime | None

    @property
    def percent(self) -> int:
        return course_percent(
            self.learnt, self.lessons, completed=self.completed_at is not None
        )


def study_minutes(
    user: User, *, since: datetime | None = None, until: datetime | None = None
) -> int:
    """A person's study time in whole minutes; with bounds, of beats in [since, until).

    Bounds are asked on the server's time of each beat.
    """
    if since is None and until is None:
        total = LessonProgress.objects.filter(enrolment__user=user).aggregate(
            total=Sum("studied")
        )["total"]
    else:
        beats = StudyBeat.objects.filter(clock__user=user)
        if since is not None:
            beats = beats.filter(at__gte=since)
        if until is not None:
            beats = beats.filter(at__lt=until)
        total = beats.aggregate(total=Sum("credited"))["total"]
    return int((total or timedelta(0)).total_seconds()) // 60


def completed_courses(user: User) -> list[CompletedCourse]:
    """Every course a person completed, oldest first."""
    completions = CourseCompletion.objects.filter(enrolment__user=user).select_related(
        "enrolment__course"
    )
    return [
        CompletedCourse(
            course_key=completion.enrolment.course.key,
            title=completion.enrolment.course.title,
            completed_at=completion.completed_at,
            minutes=completion.minutes,
            evidence_hash=completion.evidence_hash,
        )
        for completion in completions
    ]


def taught(trainer: User, learner: User, since: datetime) -> bool:
    """Whether the learner studied a lesson of this trainer or was answered by them."""
    courses = CoursePage.objects.filter(trainer=trainer).values("pk")
    studied = LessonProgress.objects.filter(
        enrolment__user=learner, seen_at__gte=since
    ).filter(
        Q(lesson__trainer=trainer)
        | Q(lesson__owner=trainer)
        | Q(enrolment__course__in=courses)
    )
    answered = LessonQuestion.objects.filter(
        asked_by=learner, answered_by=trainer, answered_at__gte=since
    )
    return studied.exists() or answered.exists()


def enrolment_of(user: User, course: CoursePage) -> Enrolment | None:
    """The person's enrolment in a course, if any."""
    return (
        Enrolment.objects.filter(user=user, course=course)
        .select_related("completion")
        .first()
    )


def lesson_rows(course: CoursePage, enrolment: Enrolment | None) -> list[LessonRow]:
    """The lessons of a course in order, with a person's progress: two queries."""
    lessons = course.lessons().defer("body", "support")
    progress: dict[int, LessonProgress] = {}
    if enrolment is not None:
        progress = {row.lesson_id: row for row in enrolment.progress.all()}
    return [LessonRow(lesson, progress.get(lesson.pk)) for lesson in lessons]


def lesson_minutes(courses: list[CoursePage]) -> dict[int, list[int]]:
    """The planned minutes of each published lesson, by course: one query."""
    lessons: dict[int, list[int]] = {course.pk: [] for course in courses}
    by_path = {course.path: course.pk for course in courses}
    steplen = CoursePage.steplen
    for path, depth, minutes in (
        LessonPage.objects.live().values_list("path", "depth", "minutes").order_by()
    ):
        for up in range(1, depth):
            owner = by_path.get(path[: len(path) - up * steplen])
            if owner is not None:
                lessons[owner].append(minutes)
    return lessons


def catalogue_cards(user: User, courses: Iterable[CoursePage]) -> list[CourseCard]:
    """The catalogue as one person sees it, in three queries however long it is."""
    enrolments = {
        enrolment.course_id: enrolment
        for enrolment in Enrolment.objects.filter(user=user)
        .select_related("completion")
        .annotate(learnt=Count("progress", filter=Q(progress__learnt_at__isnull=False)))
    }
    courses = list(courses)
    lessons = lesson_minutes(courses)
    cards = []
    for course in courses:
        enrolment = enrolments.get(course.pk)
        completion = getattr(enrolment, "completion", None)
        cards.append(
            CourseCard(
                course=course,
                lessons=len(lessons[course.pk]),
                minutes=sum(lessons[course.pk]),
                enrolled=enrolment is not None,
                learnt=getattr(enrolment, "learnt", 0),
                completed_at=completion.completed_at if completion else None,
            )
        )
    return cards


def listed_courses() -> PageQuerySet[CoursePage]:
    """The published courses in the order of the catalogue."""
    return (
        CoursePage.objects.live()
        .order_by("sequence", "path")
        .prefetch_related("sectors")
    )


def resume_lesson(rows: list[LessonRow]) -> LessonRow | None:
    """Where to go on: the lesson seen last if not learnt, else the first not learnt."""
    open_rows = [row for row in rows if not row.learnt]
    begun = [row for row in open_rows if row.progress is not None]
    if begun:
        return max(begun, key=lambda row: row.progress.seen_at if row.progress else 0)
    return open_rows[0] if open_rows else None
