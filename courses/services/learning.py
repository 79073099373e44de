"""Every change of a learning record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.chain import canonical
from accounts.models import User
from courses.errors import ForgedBeat, PrerequisiteMissing, StaleBeat, UnknownQuestion
from courses.models import (
    CalendarFeed,
    CourseCompletion,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    Note,
    SelfCheckAnswer,
    StudyBeat,
    StudyClock,
    StudyStream,
)
from courses.rules import completion, study_time
from courses.rules.completion import (
    LessonFacts,
    course_complete,
    lesson_gaps,
    lesson_percent,
)
from courses.rules.study_time import Beat, StreamState, credit_beat
from courses.signals import course_completed

TOKEN_SALT = "courses.study"  # noqa: S105 -- a name, not a secret
MAX_PLAYED = 3600


@dataclass(frozen=True)
class Opened:
    """A reading window and the token its first beat must show."""

    stream: StudyStream
    token: str


@dataclass(frozen=True)
class BeatAnswer:
    """What the reading window is told after a beat."""

    token: str
    studied: timedelta
    percent: int
    learnt: bool
    course_completed: bool


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
def open_stream(progress: LessonProgress, *, now: datetime) -> Opened:
    """Open a reading window. Its first beat is given by the server and credits nothing.

    Every call opens another window; windows of one person never count the same time.
    """
    user_id = progress.enrolment.user_id
    StudyClock.objects.get_or_create(user_id=user_id)
    clock = StudyClock.objects.select_for_update().get(user_id=user_id)
    stream = StudyStream.objects.create(
        progress=progress, opened_at=now, beats=1, beat_at=now, active_at=now
    )
    clock.beats += 1
    clock.save(update_fields=["beats"])
    StudyBeat.objects.create(
        clock=clock,
        stream=stream,
        number=clock.beats,
        at=now,
        visible=True,
        acted=True,
    )
    return Opened(stream, stream_token(stream.public_id, stream.beats))


def stream_token(stream_id: UUID, beats: int) -> str:
    """The token the next beat of a window must show; each is good for one beat."""
    return salted_hmac(
        TOKEN_SALT, f"{stream_id}:{beats}", algorithm="sha256"
    ).hexdigest()


@transaction.atomic
def record_beat(
    stream_id: UUID,
    *,
    by: User,
    token: str,
    now: datetime,
    visible: bool,
    acted: bool,
    played: int | None = None,
    position: str = "",
    reached_end: bool = False,
) -> BeatAnswer:
    """Append one beat of a person's own window and credit what the rule says.

    The last token shown again (an answer got lost) changes nothing and is answered
    with the present state; any other token is refused and changes nothing.
    """
    clock = StudyClock.objects.select_for_update().filter(user=by).first()
    stream = (
        StudyStream.objects.select_related(
            "progress__lesson", "progress__enrolment__course"
        )
        .defer("progress__lesson__body", "progress__lesson__support")
        .filter(public_id=stream_id, progress__enrolment__user=by)
        .first()
    )
    if clock is None or stream is None:
        raise ForgedBeat
    progress = stream.progress
    if not constant_time_compare(token, stream_token(stream.public_id, stream.beats)):
        if constant_time_compare(
            token, stream_token(stream.public_id, stream.beats - 1)
        ):
            return _answer(stream, progress, completed=False)
        raise StaleBeat if len(token) == 64 else ForgedBeat
    _append_beat(clock, stream, now, visible, acted, played)
    if position:
        progress.position = position[:64]
    progress.reached_end = progress.reached_end or reached_end
    progress.seen_at = max(progress.seen_at, now)
    facts = LessonFacts(
        planned_minutes=progress.lesson.minutes,
        studied_seconds=int(progress.studied.total_seconds()),
        self_checks=progress.checks,
        self_checks_right=progress.checks_right,
        reached_end=progress.reached_end,
    )
    completed = _settle(progress, facts, now)
    return _answer(stream, progress, completed=completed)


def _append_beat(
    clock: StudyClock,
    stream: StudyStream,
    now: datetime,
    visible: bool,
    acted: bool,
    played: int | None,
) -> None:
    if played is not None:
        played = min(max(played, 0), MAX_PLAYED)
    beat = Beat(
        number=clock.beats + 1,
        stream=str(stream.public_id),
        activity=str(stream.progress_id),
        at=now,
        visible=visible,
        acted=acted,
        played=played,
    )
    before = StreamState(beat_at=stream.beat_at, active_at=stream.active_at)
    credit = credit_beat(beat, before, clock.credited_until)
    StudyBeat.objects.create(
        clock=clock,
        stream=stream,
        number=beat.number,
        at=now,
        visible=visible,
        acted=acted,
        played=played,
        credited=credit.duration,
    )
    clock.beats = beat.number
    if credit.duration:
        clock.credited_until = credit.until
        stream.progress.studied += credit.duration
    clock.save(update_fields=["beats", "credited_until"])
    stream.beats += 1
    stream.beat_at = credit.stream.beat_at
    stream.active_at = credit.stream.active_at
    stream.save(update_fields=["beats", "beat_at", "active_at"])


def _answer(
    stream: StudyStream, progress: LessonProgress, *, completed: bool
) -> BeatAnswer:
    return BeatAnswer(
        token=stream_token(stream.public_id, stream.beats),
        studied=progress.studied,
        percent=progress.percent,
        learnt=progress.learnt_at is not None,
        course_completed=completed,
    )


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
    answer = SelfCheckAnswer.objects.create(
        progress=progress,
        block_id=block_id,
        chosen=picked,
        right=picked == rights,
        answered_at=now,
    )
    locked = LessonProgress.objects.select_for_update().get(pk=progress.pk)
    _settle(locked, _facts(locked), now)
    return answer


def settle_progress(progress: LessonProgress, *, now: datetime) -> bool:
    """Store how far a lesson is after something outside the beats changed it.

    The caller holds the row's lock. True when this completed the course.
    """
    return _settle(progress, _facts(progress), now)


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


def _settle(progress: LessonProgress, facts: LessonFacts, now: datetime) -> bool:
    """Store how far a lesson is; once learnt it stays learnt. True: course completed."""
    course = progress.enrolment.course
    just_learnt = False
    if progress.learnt_at is None:
        progress.percent = lesson_percent(facts, course.demands)
        if lesson_gaps(facts, course.demands).learnt:
            just_learnt = lesson_gaps(_facts(progress), course.demands).learnt
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


def recompute_study_time(user: User) -> dict[int, timedelta]:
    """Compute a person's study time per lesson progress again from the stored beats.

    Reads only; the result must equal what is stored (a test and the auditor ask).
    """
    beats = StudyBeat.objects.filter(clock__user=user).select_related("stream")
    state = study_time.fold_beats(
        Beat(
            number=beat.number,
            stream=str(beat.stream.public_id),
            activity=str(beat.stream.progress_id),
            at=beat.at,
            visible=beat.visible,
            acted=beat.acted,
            played=beat.played,
        )
        for beat in beats
    )
    return {int(progress): time for progress, time in state.credits.items()}


def stored_study_time(user: User) -> timedelta:
    """What is stored as a person's study time."""
    total = LessonProgress.objects.filter(enrolment__user=user).aggregate(
        total=Sum("studied")
    )["total"]
    return total or timedelta(0)


@transaction.atomic
def save_note(
    user: User,
    lesson: LessonPage,
    text: str,
    *,
    now: datetime,
    block_id: str = "",
    quote: str = "",
) -> Note | None:
    """Keep a person's note on a lesson; an emptied free note is deleted."""
    if block_id:
        return Note.objects.create(
            user=user,
            lesson=lesson,
            block_id=block_id[:64],
            quote=quote[:500],
            text=text,
            changed_at=now,
        )
    if not text.strip():
        Note.objects.filter(user=user, lesson=lesson, block_id="").delete()
        return None
    note, _made = Note.objects.update_or_create(
        user=user,
        lesson=lesson,
        block_id="",
        defaults={"text": text, "changed_at": now},
    )
    return note


def delete_note(user: User, note_id: UUID) -> bool:
    """Delete a note of one's own; repeated: nothing happens."""
    deleted, _rows = Note.objects.filter(user=user, public_id=note_id).delete()
    return bool(deleted)


@transaction.atomic
def renew_calendar_feed(user: User) -> CalendarFeed:
    """Give a person a secret calendar address; the one before stops working."""
    CalendarFeed.objects.filter(user=user).delete()
    return CalendarFeed.objects.create(user=user)
