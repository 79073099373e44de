"""Reading windows and their beats: the evidence of study time and what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from courses.errors import ForgedBeat, StaleBeat
from courses.models import LessonProgress, StudyBeat, StudyClock, StudyStream
from courses.rules import study_time
from courses.rules.completion import (
    Demands,
    LessonFacts,
    lesson_gaps,
    lesson_percent,
)
from courses.rules.study_time import Beat, StreamState, credit_beat
from courses.services.learning import lock_clock, settle_progress

TOKEN_SALT = "courses.study"  # noqa: S105 -- a name, not a secret


@dataclass(frozen=True)
class Opened:
    """A reading window and the token its first beat must show."""

    stream: StudyStream
    token: str


@dataclass(frozen=True)
class Signs:
    """What a reading window says about the time since its last beat."""

    visible: bool
    acted: bool
    recording: str = ""
    recording_at: float = 0.0


@dataclass(frozen=True)
class Window:
    """A person's own reading window and what its lesson and course demand."""

    stream: StudyStream
    planned_minutes: int
    demands: Demands


@dataclass(frozen=True)
class BeatAnswer:
    """What the reading window is told after a beat."""

    token: str
    studied: timedelta
    percent: int
    learnt: bool
    course_completed: bool


@transaction.atomic
def open_stream(progress: LessonProgress, *, now: datetime) -> Opened:
    """Open a reading window. Its first beat is given by the server and credits nothing.

    Every call opens another window; windows of one person never count the same time.
    """
    clock = lock_clock(progress.enrolment.user_id)
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
    signs: Signs,
    *,
    by: User,
    token: str,
    now: datetime,
    position: str = "",
    reached_end: bool = False,
) -> BeatAnswer:
    """Append one beat of a person's own window and credit what the rule says.

    The last token shown again (an answer got lost) changes nothing and is answered
    with the present state; any other token is refused and changes nothing.
    """
    clock = lock_clock(by.pk)
    window = _own_window(stream_id, by)
    stream, progress = window.stream, window.stream.progress
    if not constant_time_compare(token, stream_token(stream.public_id, stream.beats)):
        if constant_time_compare(
            token, stream_token(stream.public_id, stream.beats - 1)
        ):
            return _answer(stream, progress, completed=False)
        raise StaleBeat if len(token) == 64 else ForgedBeat
    progress.studied += _append_beat(clock, stream, signs, now)
    if position:
        progress.position = position[:64]
    progress.reached_end = progress.reached_end or reached_end
    progress.seen_at = max(progress.seen_at, now)
    completed = _store(window, progress, now)
    return _answer(stream, progress, completed=completed)


def _own_window(stream_id: UUID, by: User) -> Window:
    """The window of this id, if it is this person's.

    The two pages are not loaded: a beat comes every half minute from every reader.
    """
    try:
        stream = (
            StudyStream.objects.select_related("progress")
            .annotate(
                planned_minutes=F("progress__lesson__minutes"),
                minimum_share=F("progress__enrolment__course__minimum_share"),
                minimum_minutes=F("progress__enrolment__course__minimum_minutes"),
                checks_demanded=F("progress__enrolment__course__self_checks_required"),
            )
            .get(public_id=stream_id, progress__enrolment__user=by)
        )
    except StudyStream.DoesNotExist as error:
        raise ForgedBeat from error
    demands = Demands(
        minimum_share=stream.minimum_share,
        self_checks=stream.checks_demanded,
        minimum_minutes=stream.minimum_minutes,
    )
    return Window(stream, stream.planned_minutes, demands)


def _append_beat(
    clock: StudyClock, stream: StudyStream, signs: Signs, now: datetime
) -> timedelta:
    """Write the beat and the state after it; returns what it credits."""
    beat = Beat(
        number=clock.beats + 1,
        stream=str(stream.public_id),
        activity=str(stream.progress_id),
        at=now,
        visible=signs.visible,
        acted=signs.acted,
        recording=signs.recording,
        recording_at=signs.recording_at,
    )
    before = StreamState(
        stream.beat_at, stream.active_at, stream.recording, stream.recording_at
    )
    credit = credit_beat(beat, before, clock.credited_until)
    StudyBeat.objects.create(
        clock_id=clock.pk,
        stream_id=stream.pk,
        number=beat.number,
        at=now,
        visible=beat.visible,
        acted=beat.acted,
        recording=beat.recording,
        recording_at=beat.recording_at,
        credited=credit.duration,
    )
    StudyClock.objects.filter(pk=clock.pk).update(
        beats=beat.number,
        credited_until=credit.until if credit.duration else clock.credited_until,
    )
    stream.beats += 1
    StudyStream.objects.filter(pk=stream.pk).update(
        beats=stream.beats,
        beat_at=credit.stream.beat_at,
        active_at=credit.stream.active_at,
        recording=credit.stream.recording,
        recording_at=credit.stream.recording_at,
    )
    return credit.duration


def _store(window: Window, progress: LessonProgress, now: datetime) -> bool:
    """Store the progress after a beat; True when it completed the course.

    Only a beat that may end the lesson or the course is looked at with everything
    there is; all others write what they changed.
    """
    demands = window.demands
    facts = LessonFacts(
        planned_minutes=window.planned_minutes,
        studied_seconds=int(progress.studied.total_seconds()),
        self_checks=progress.checks,
        self_checks_right=progress.checks_right,
        reached_end=progress.reached_end,
    )
    waiting = progress.learnt_at is not None and demands.minimum_minutes > 0
    ends = progress.learnt_at is None and lesson_gaps(facts, demands).learnt
    if waiting or ends:
        return settle_progress(progress, now=now)
    if progress.learnt_at is None:
        progress.percent = lesson_percent(facts, demands)
    LessonProgress.objects.filter(pk=progress.pk).update(
        studied=progress.studied,
        position=progress.position,
        reached_end=progress.reached_end,
        seen_at=progress.seen_at,
        percent=progress.percent,
    )
    return False


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
            recording=beat.recording,
            recording_at=beat.recording_at,
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
