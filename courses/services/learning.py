"""Every change of a learning record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from accounts.chain import canonical
from accounts.models import User
from courses.errors import PrerequisiteMissing, UnknownQuestion
from courses.models import (
    CourseCompletion,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    SelfCheckAnswer,
    StudyClock,
)
from courses.rules import completion, study_time
from courses.rules.completion import (
    LessonFacts,
    course_complete,
    lesson_gaps,
    lesson_percent,
)
from courses.signals import course_completed


def lock_clock(user_id: int) -> StudyClock:
    """A person's study clock, locked: one change of their learning record at a time.

    Beats, answers and package reports of one person all change the same progress; two
    devices would otherwise overwrite each other's.
    """
    clocks = StudyClock.objects.select_for_update()
    clock = clocks.filter(user_id=user_id).first()
    if clock is None:
        StudyClock.objects.get_or_create(user_id=user_id)
        clock = clocks.get(user_id=user_id)
    return clock


@transaction.atomic
def enrol(user: User, course: CoursePage, *, now: datetime) -> Enrolment:
    """Enrol a person in a course; repeated: the same enrolment.

    Refused while a prerequisite is not completed.
    """
    existing = Enrolment.objects.filter(user=user, course=course).first()
    if existing is not None:
        return existing
    missing = course.prerequisites.exclude(
        course__enrolments__in=Enrolment.objects.filter(
            user=user, completion__isnull=False
        )
    )
    if missing.exists():
        raise PrerequisiteMissing
    enrolment, _made = Enrolment.objects.get_or_create(
        user=user, course=course, defaults={"enrolled_at": now}
    )
    return enrolment


@transaction.atomic
def open_lesson(
    enrolment: Enrolment, lesson: LessonPage, *, now: datetime
) -> LessonProgress:
    """Note that a lesson was opened; repeated: only the day it was last seen moves.

    Counts the lesson's self-checks again, because its text may have changed.
    """
    progress, made = LessonProgress.objects.get_or_create(
        enrolment=enrolment,
        lesson=lesson,
        defaults={"opened_at": now, "seen_at": now},
    )
    checks = len(lesson.self_check_ids())
    if made or progress.checks != checks or progress.seen_at < now:
        progress.seen_at = max(progress.seen_at, now)
        progress.checks = checks
        progress.checks_right = _facts(progress).self_checks_right
        progress.save(update_fields=["seen_at", "checks", "checks_right"])
    return progress


@transaction.atomic
def answer_self_check(
    progress: LessonProgress,
    block_id: str,
    chosen: Iterable[int],
    *,
    now: datetime,
) -> SelfCheckAnswer:
    """Keep one try at a self-check and say whether it was right; never graded."""
    block = next(
        (
            one
            for one in progress.lesson.body
            if one.block_type == "self_check" and str(one.id) == block_id
        ),
        None,
    )
    if block is None:
        raise UnknownQuestion
    options: Sequence[Any] = block.value["options"]
    picked = sorted({number for number in chosen if 0 <= number < len(options)})
    rights = [number for number, option in enumerate(options) if option["correct"]]
    lock_clock(progress.enrolment.user_id)
    answer = SelfCheckAnswer.objects.create(
        progress=progress,
        block_id=block_id,
        chosen=picked,
        right=picked == rights,
        answered_at=now,
    )
    settle_progress(LessonProgress.objects.get(pk=progress.pk), now=now)
    return answer


def settle_progress(progress: LessonProgress, *, now: datetime) -> bool:
    """Store how far a lesson is; once learnt it stays learnt. True: course completed.

    The caller holds the person's clock (lock_clock) and read the progress after that.
    """
    course = progress.enrolment.course
    facts = _facts(progress)
    just_learnt = False
    if progress.learnt_at is None:
        progress.percent = lesson_percent(facts, course.demands)
        just_learnt = lesson_gaps(facts, course.demands).learnt
        if just_learnt:
            progress.learnt_at = now
    progress.checks_right = facts.self_checks_right
    progress.save(
        update_fields=[
            "studied",
            "position",
            "reached_end",
            "seen_at",
            "percent",
            "learnt_at",
            "checks_right",
        ]
    )
    waiting = course.minimum_minutes > 0 and progress.learnt_at is not None
    if just_learnt or waiting:
        return _complete_course(progress.enrolment, now)
    return False


def _facts(progress: LessonProgress) -> LessonFacts:
    """What happened in a lesson so far, for the completion rule."""
    lesson = progress.lesson
    checks = lesson.self_check_ids()
    right = SelfCheckAnswer.objects.filter(progress=progress, right=True)
    return LessonFacts(
        planned_minutes=lesson.minutes,
        studied_seconds=int(progress.studied.total_seconds()),
        self_checks=len(checks),
        self_checks_right=len(checks & set(right.values_list("block_id", flat=True))),
        reached_end=progress.reached_end,
    )


def _complete_course(enrolment: Enrolment, now: datetime) -> bool:
    if CourseCompletion.objects.filter(enrolment=enrolment).exists():
        return False
    course = enrolment.course
    lessons = frozenset(course.lessons().values_list("pk", flat=True))
    rows = list(enrolment.progress.select_related("lesson").order_by("lesson__path"))
    learnt = frozenset(row.lesson_id for row in rows if row.learnt_at is not None)
    seconds = int(sum(row.studied.total_seconds() for row in rows))
    if not course_complete(learnt, lessons, seconds, course.demands):
        return False
    evidence = _evidence(enrolment, rows, now)
    CourseCompletion.objects.create(
        enrolment=enrolment,
        completed_at=now,
        minutes=seconds // 60,
        evidence=evidence,
        evidence_hash=hashlib.sha256(canonical(evidence)).hexdigest(),
    )
    transaction.on_commit(
        partial(
            course_completed.send,
            sender=CourseCompletion,
            user=enrolment.user,
            course_key=course.key,
            now=now,
        )
    )
    return True


def _evidence(
    enrolment: Enrolment, rows: list[LessonProgress], now: datetime
) -> dict[str, Any]:
    """What the completion rests on, by opaque ids."""
    return {
        "enrolment": str(enrolment.public_id),
        "course": enrolment.course.key,
        "completed_at": now.isoformat(),
        "rules": [study_time.RULE, completion.RULE],
        "lessons": [
            {
                "lesson": str(row.lesson.public_id),
                "revision": row.lesson.live_revision_id,
                "law_as_of": row.lesson.law_as_of.isoformat(),
                "seconds": int(row.studied.total_seconds()),
                "learnt_at": row.learnt_at.isoformat() if row.learnt_at else None,
            }
            for row in rows
        ],
    }
