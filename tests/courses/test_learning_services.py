"""What changes a learning record, and what does not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from courses.errors import ForgedBeat, PrerequisiteMissing, StaleBeat, UnknownQuestion
from courses.models import (
    CourseCompletion,
    CoursePrerequisite,
    LessonProgress,
    Note,
    StudyBeat,
)
from courses.queries import completed_courses, study_minutes, taught
from courses.services.learning import (
    answer_self_check,
    enrol,
    open_lesson,
)
from courses.services.notes import save_note
from courses.services.questions import answer_question, ask_question
from courses.services.study import (
    Signs,
    open_stream,
    recompute_study_time,
    record_beat,
    stored_study_time,
    stream_token,
)
from courses.signals import course_completed
from tests.courses.learning_factories import (
    CHECK_ID,
    begin,
    make_course,
    make_lesson,
    read,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PRESENT = Signs(visible=True, acted=True)


def test_enrolling_twice_is_one_enrolment(learner: User, now: datetime) -> None:
    course = make_course()

    first = enrol(learner, course, now=now)

    assert enrol(learner, course, now=now + MINUTE) == first


def test_enrolment_waits_for_the_prerequisite(learner: User, now: datetime) -> None:
    before, course = make_course("before"), make_course("after")
    course.prerequisites.set([CoursePrerequisite(course=before)])
    course.save()

    with pytest.raises(PrerequisiteMissing):
        enrol(learner, course, now=now)


def test_steady_reading_is_credited(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)

    read(progress, 5, now)

    progress.refresh_from_db()
    assert progress.studied == 5 * MINUTE
    assert study_minutes(learner) == 5


def test_study_minutes_between_bounds(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)

    read(progress, 5, now)

    bound = now + 3 * MINUTE
    assert study_minutes(learner, until=bound) == 2
    assert study_minutes(learner, since=bound) == 3


def test_beat_shown_again_changes_nothing(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    opened = open_stream(progress, now=now)
    facts: dict[str, Any] = {"by": learner, "signs": PRESENT}
    first = record_beat(
        opened.stream.public_id, token=opened.token, now=now + MINUTE, **facts
    )

    again = record_beat(
        opened.stream.public_id, token=opened.token, now=now + 2 * MINUTE, **facts
    )

    assert again.token == first.token
    assert again.studied == MINUTE
    assert StudyBeat.objects.count() == 2


def test_older_beat_is_refused(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    opened = open_stream(progress, now=now)
    facts: dict[str, Any] = {"by": learner, "signs": PRESENT}
    token = opened.token
    for number in (1, 2):
        token = record_beat(
            opened.stream.public_id, token=token, now=now + number * MINUTE, **facts
        ).token

    with pytest.raises(StaleBeat):
        record_beat(
            opened.stream.public_id, token=opened.token, now=now + 3 * MINUTE, **facts
        )


def test_invented_token_is_refused(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    opened = open_stream(progress, now=now)

    with pytest.raises(ForgedBeat):
        record_beat(
            opened.stream.public_id,
            PRESENT,
            by=learner,
            token="guess",
            now=now + MINUTE,
        )


def test_window_of_somebody_else_is_refused(
    learner: User, stranger: User, now: datetime
) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    opened = open_stream(progress, now=now)
    open_stream(begin(stranger, progress.lesson, now), now=now)

    with pytest.raises(ForgedBeat):
        record_beat(
            opened.stream.public_id,
            PRESENT,
            by=stranger,
            token=opened.token,
            now=now + MINUTE,
        )


def test_two_devices_count_once(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    windows = [open_stream(progress, now=now) for _device in ("phone", "desktop")]

    tokens = [window.token for window in windows]
    for number in range(1, 6):
        for device, window in enumerate(windows):
            tokens[device] = record_beat(
                window.stream.public_id,
                PRESENT,
                by=learner,
                token=tokens[device],
                now=now + number * MINUTE,
            ).token

    assert stored_study_time(learner) == 5 * MINUTE


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    beats=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 200),
            st.booleans(),
            st.booleans(),
            st.none() | st.integers(0, 300),
        ),
        max_size=12,
    )
)
def test_recomputation_equals_what_is_stored(
    learner: User, now: datetime, beats: list[tuple[int, int, bool, bool, int | None]]
) -> None:
    course = make_course(f"c{LessonProgress.objects.count()}-{len(beats)}-{id(beats)}")
    progresses = [
        begin(learner, make_lesson(course, slug, check=False), now) for slug in "abc"
    ]
    windows = [open_stream(progress, now=now) for progress in progresses]
    at = now
    for device, gap, visible, acted, place in beats:
        at += timedelta(seconds=gap)
        stream = windows[device].stream
        stream.refresh_from_db()
        record_beat(
            stream.public_id,
            Signs(visible, acted, *(("film", place) if place is not None else ())),
            by=learner,
            token=stream_token(stream.public_id, stream.beats),
            now=at,
        )

    stored = LessonProgress.objects.filter(enrolment__user=learner)
    expected = {row.pk: row.studied for row in stored if row.studied}
    assert recompute_study_time(learner) == expected


def test_lesson_is_learnt_when_all_demands_are_met(
    learner: User, now: datetime
) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    answer_self_check(progress, CHECK_ID, [0], now=now)

    end = read(progress, 6, now)

    progress.refresh_from_db()
    assert progress.learnt_at == end
    assert progress.percent == 100


def test_wrong_answer_keeps_the_lesson_open(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    answer = answer_self_check(progress, CHECK_ID, [1], now=now)

    read(progress, 10, now)

    progress.refresh_from_db()
    assert not answer.right
    assert progress.learnt_at is None


def test_answer_after_reading_completes_the_lesson(
    learner: User, now: datetime
) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    end = read(progress, 10, now)

    answer_self_check(progress, CHECK_ID, [0], now=end)

    progress.refresh_from_db()
    assert progress.learnt_at == end


def test_unknown_self_check_is_refused(learner: User, now: datetime) -> None:
    progress = begin(learner, make_lesson(make_course()), now)

    with pytest.raises(UnknownQuestion):
        answer_self_check(progress, "33333333", [0], now=now)


def test_course_is_completed_with_its_last_lesson(
    learner: User, now: datetime, django_capture_on_commit_callbacks: object
) -> None:
    course = make_course()
    lessons = [make_lesson(course, slug, check=False) for slug in ("one", "two")]
    heard: list[str] = []

    def hear(course_key: str, **_facts: object) -> None:
        heard.append(course_key)

    course_completed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        end = read(begin(learner, lessons[0], now), 10, now)
        assert completed_courses(learner) == []
        read(begin(learner, lessons[1], end), 10, end)
    course_completed.disconnect(hear)

    (done,) = completed_courses(learner)
    assert (done.course_key, done.minutes) == ("plans", 20)
    assert done.evidence_hash == CourseCompletion.objects.get().evidence_hash
    assert heard == ["plans"]


def test_evidence_holds_no_names(learner: User, now: datetime) -> None:
    course = make_course()
    read(begin(learner, make_lesson(course, check=False), now), 10, now)

    evidence = str(CourseCompletion.objects.get().evidence)

    assert learner.name not in evidence
    assert learner.username not in evidence


def test_taught_means_studied_a_lesson_of_this_trainer(
    learner: User, instructor: User, stranger: User, now: datetime
) -> None:
    lesson = make_lesson(make_course(), trainer=instructor)
    begin(learner, lesson, now)

    assert taught(instructor, learner, now - MINUTE)
    assert not taught(instructor, learner, now + MINUTE)
    assert not taught(instructor, stranger, now - MINUTE)


def test_answering_a_question_is_teaching(
    learner: User, instructor: User, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    question = ask_question(learner, lesson, "为什么？", now=now)

    answer_question(question, "因为……", by=instructor, now=now)

    assert taught(instructor, learner, now - MINUTE)


def test_note_is_one_per_lesson_and_vanishes_when_emptied(
    learner: User, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    save_note(learner, lesson, "第一稿", now=now)
    save_note(learner, lesson, "第二稿", now=now)
    assert Note.objects.get().text == "第二稿"

    save_note(learner, lesson, " ", now=now)

    assert not Note.objects.exists()


def test_reopened_lesson_counts_its_self_checks_again(
    learner: User, now: datetime
) -> None:
    progress = begin(learner, make_lesson(make_course()), now)
    assert progress.checks == 1
    lesson = progress.lesson
    lesson.body = []
    lesson.save()

    reopened = open_lesson(progress.enrolment, lesson, now=now + MINUTE)

    assert reopened.checks == 0
