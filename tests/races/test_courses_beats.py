"""Two devices beating at once count a minute once. PostgreSQL makes it real."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from courses.models import LessonProgress, StudyClock
from courses.services import study
from courses.services.learning import answer_self_check
from courses.services.study import (
    Opened,
    Signs,
    open_stream,
    recompute_study_time,
    record_beat,
    stored_study_time,
)
from tests.courses.learning_factories import CHECK_ID, begin, make_course, make_lesson

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DEVICES = 4
BEATS = 5
STEP = timedelta(seconds=30)
PRESENT = Signs(visible=True, acted=True)

pytestmark = pytest.mark.race


@pytest.fixture
def progress(committed_db: str) -> LessonProgress:
    name = f"racer-{uuid4().hex[:8]}"
    reader = User.objects.create_user(name, "correct horse battery", name="竞速")
    return begin(reader, make_lesson(make_course(name)), NOW)


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    def one(job: Callable[[], object]) -> object:
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def beats(reader: User, opened: Opened) -> Callable[[], None]:
    """A device that beats steadily."""

    def go() -> None:
        token = opened.token
        for number in range(1, BEATS + 1):
            token = record_beat(
                opened.stream.public_id,
                PRESENT,
                by=reader,
                token=token,
                now=NOW + number * STEP,
            ).token

    return go


def test_devices_beating_at_once_count_once(progress: LessonProgress) -> None:
    reader = progress.enrolment.user
    devices = [open_stream(progress, now=NOW) for _device in range(DEVICES)]

    at_once([beats(reader, opened) for opened in devices])

    assert stored_study_time(reader) <= BEATS * STEP
    assert recompute_study_time(reader) == {progress.pk: stored_study_time(reader)}
    clock = StudyClock.objects.get(user=reader)
    assert clock.beats == DEVICES * (BEATS + 1)


def test_answer_and_beat_at_once_both_stay(progress: LessonProgress) -> None:
    reader = progress.enrolment.user
    opened = open_stream(progress, now=NOW)

    at_once(
        [
            beats(reader, opened),
            *(
                lambda: answer_self_check(progress, CHECK_ID, [0], now=NOW)
                for _try in range(3)
            ),
        ]
    )

    progress.refresh_from_db()
    assert progress.checks_right == 1
    assert progress.studied == BEATS * STEP


def test_without_the_lock_two_beats_take_the_same_number(
    progress: LessonProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = progress.enrolment.user
    devices = [open_stream(progress, now=NOW) for _device in range(2)]
    both_have_read = Barrier(2)

    def read_clock(user_id: int) -> StudyClock:
        clock = StudyClock.objects.get(user_id=user_id)
        both_have_read.wait(timeout=10)
        return clock

    monkeypatch.setattr(study, "lock_clock", read_clock)

    def one_beat(opened: Opened) -> Callable[[], object]:
        return lambda: record_beat(
            opened.stream.public_id, PRESENT, by=reader, token=opened.token, now=NOW
        )

    with pytest.raises(IntegrityError):
        at_once([one_beat(opened) for opened in devices])
