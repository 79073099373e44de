"""Races of sittings on PostgreSQL, each with its twin that shows the race."""

from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection

from exams.data import ClientEvent
from exams.enums import CLOSED_STATES, ClockKind, EventKind, Pool, SittingState
from exams.models import (
    ClockEntry,
    Exam,
    Item,
    MockPaper,
    ScoreVersion,
    Session,
    Sitting,
    SittingEvent,
    TimeRequest,
    VoidProposal,
)
from exams.services.clock import add_time, pause_sitting
from exams.services.events import (
    NewEvent,
    append_event,
    head_of,
    insert_after,
    read_events,
)
from exams.services.mocks import open_mock
from exams.services.requests import ask_for_time, decide_time_request
from exams.services.results import decide_void, mark_sitting, propose_void
from exams.services.sittings import (
    assign_sitting,
    current_answers,
    open_sitting,
    save_batch,
    submit_sitting,
)
from tests.exams import conftest as cast
from tests.races.together import at_once

pytestmark = pytest.mark.race

bank, blueprint, exam = cast.bank, cast.blueprint, cast.exam
session, ready, running = cast.session, cast.ready, cast.running


@pytest.fixture
def unmarked(running, now, settings):
    """Handed in while no worker runs."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}
    }
    return submit_sitting(running, now=now)


def fresh(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_related("session", "exam", "form", "candidate").get(
        pk=sitting.pk
    )


def batch(sitting: Sitting, client: str, first: int, letter: str, now) -> object:
    events = [
        ClientEvent(first + n, "answered", None, 1 + n, [letter]) for n in range(3)
    ]
    return save_batch(
        sitting.public_id,
        by=sitting.candidate,
        client_id=client,
        events=events,
        now=now,
    )


def test_starting_twice_at_once_is_one_start(committed_db, ready, now):
    at_once(*[lambda: open_sitting(fresh(ready), now=now)] * 4)

    assert ClockEntry.objects.filter(sitting=ready).count() == 1
    assert [e.kind for e in read_events(ready)] == ["opened"]


def test_starting_by_looking_first_would_start_twice(committed_db, ready, now):
    looked = Barrier(2)

    def start() -> str:
        sitting = fresh(ready)
        looked.wait()
        if sitting.state != SittingState.READY:
            return "seen"
        Sitting.objects.filter(pk=sitting.pk).update(
            state=SittingState.IN_PROGRESS, opened_at=now, deadline=now
        )
        return "started"

    assert at_once(start, start) == ["started", "started"]


def test_handing_in_twice_at_once_gives_one_receipt(committed_db, running, now):
    first, second = at_once(
        *[lambda: submit_sitting(fresh(running), now=now).receipt] * 2
    )

    assert first == second
    assert running.events.filter(kind=EventKind.SUBMITTED).count() == 1


def test_handing_in_by_looking_first_would_close_twice(committed_db, running, now):
    looked = Barrier(2)

    def close() -> str:
        sitting = fresh(running)
        looked.wait()
        return "closed" if sitting.state == SittingState.IN_PROGRESS else "seen"

    assert at_once(close, close) == ["closed", "closed"]


def test_last_attempt_is_taken_once(committed_db, exam, session, learner, now):
    Exam.objects.filter(pk=exam.pk).update(attempts=1)
    other = Session.objects.create(
        exam=exam, title="二", opens_at=now, closes_at=now + timedelta(hours=2)
    )
    sessions = [
        Session.objects.select_related("exam").get(pk=s.pk) for s in (session, other)
    ]

    results = at_once(
        *[lambda s=s: assign_sitting(s, learner, now=now) for s in sessions]
    )

    assert results.count("attempts_used_up") == 1
    assert Sitting.objects.filter(candidate=learner).count() == 1


def test_counting_attempts_without_the_lock_lets_both_pass(
    committed_db, exam, session, learner, now
):
    counted = Barrier(2)

    def count() -> bool:
        taken = Sitting.objects.filter(exam=exam, candidate=learner).count()
        counted.wait()
        return taken < 1

    assert at_once(count, count) == [True, True]


def test_pause_while_handing_in_ends_in_one_state(
    committed_db, running, invigilator, now
):
    results = at_once(
        lambda: submit_sitting(fresh(running), now=now).state,
        lambda: (
            pause_sitting(fresh(running), reason="停电", by=invigilator, now=now).state
        ),
    )

    sitting = fresh(running)
    kinds = [event.kind for event in read_events(sitting)]
    assert sitting.state in CLOSED_STATES
    assert results[1] in (SittingState.PAUSED, "not_allowed_now")
    assert [kind for kind in kinds if kind != "marked"] in (
        ["opened", "submitted"],
        ["opened", "paused", "submitted"],
    )


def test_pausing_by_looking_first_would_reopen_a_closed_sitting(
    committed_db, running, now
):
    """What the lock of both services prevents: the later write wins over the close."""
    looked = Barrier(2)

    def write(state: str) -> str:
        sitting = fresh(running)
        looked.wait()
        if sitting.state != SittingState.IN_PROGRESS:
            return "seen"
        if state == SittingState.PAUSED:
            closed.wait()
        Sitting.objects.filter(pk=sitting.pk).update(state=state, paused_at=now)
        if state == SittingState.SUBMITTED:
            closed.set()
        return "written"

    closed = Event()
    results = at_once(
        lambda: write(SittingState.SUBMITTED), lambda: write(SittingState.PAUSED)
    )

    assert results == ["written", "written"]
    assert fresh(running).state == SittingState.PAUSED


def test_time_request_is_decided_once(committed_db, running, invigilator, now):
    asked = ask_for_time(running, 15, reason="x", now=now)
    before = fresh(running).deadline

    at_once(*[lambda: decide_time_request(asked, 15, by=invigilator, now=now)] * 3)

    assert fresh(running).deadline == before + timedelta(minutes=15)


def test_deciding_by_looking_first_would_grant_twice(
    committed_db, running, invigilator, now
):
    asked = ask_for_time(running, 15, reason="x", now=now)
    before = fresh(running).deadline
    looked = Barrier(2)

    def grant() -> str:
        seen = TimeRequest.objects.get(pk=asked.pk)
        looked.wait()
        if seen.decided_at is not None:
            return "seen"
        add_time(fresh(running), 15 * 60, reason="x", by=invigilator, now=now)
        return "granted"

    assert at_once(grant, grant) == ["granted", "granted"]
    assert fresh(running).deadline == before + timedelta(minutes=30)


def test_void_is_decided_once(
    committed_db, running, invigilator, examiner, instructor, now
):
    proposal = propose_void(running, reason="替考", by=invigilator, now=now)

    def decide(by, confirm):
        seen = VoidProposal.objects.get(pk=proposal.pk)
        decide_void(seen, confirm=confirm, by=by, now=now)

    at_once(lambda: decide(examiner, True), lambda: decide(instructor, False))

    decided = VoidProposal.objects.get(pk=proposal.pk)
    is_void = fresh(running).state == SittingState.VOID
    assert is_void == decided.is_confirmed
    assert decided.decided_by == (examiner if is_void else instructor)


def test_deciding_on_a_void_by_looking_first_would_contradict_itself(
    committed_db, running, invigilator, examiner, instructor, now
):
    proposal = propose_void(running, reason="替考", by=invigilator, now=now)
    looked = Barrier(2)
    confirmed = Event()

    def decide(by, confirm: bool) -> None:
        seen = VoidProposal.objects.get(pk=proposal.pk)
        looked.wait()
        if seen.decided_at is not None:
            return
        if confirm:
            Sitting.objects.filter(pk=running.pk).update(state=SittingState.VOID)
        else:
            confirmed.wait()
        VoidProposal.objects.filter(pk=proposal.pk).update(
            decided_by=by, decided_at=now, is_confirmed=confirm
        )
        confirmed.set()

    at_once(lambda: decide(examiner, True), lambda: decide(instructor, False))

    assert fresh(running).state == SittingState.VOID
    assert not VoidProposal.objects.get(pk=proposal.pk).is_confirmed


def test_sitting_is_marked_once(committed_db, unmarked, now):
    at_once(*[lambda: mark_sitting(fresh(unmarked), now=now)] * 3)

    assert ScoreVersion.objects.filter(sitting=unmarked).count() == 1
    assert unmarked.events.filter(kind=EventKind.MARKED).count() == 1


def test_marking_by_looking_first_would_mark_twice(committed_db, unmarked, now):
    looked = Barrier(2)

    def mark() -> str:
        sitting = fresh(unmarked)
        looked.wait()
        if sitting.state != SittingState.SUBMITTED:
            return "seen"
        append_event(sitting, EventKind.MARKED, now=now)
        return "marked"

    assert at_once(mark, mark) == ["marked", "marked"]
    assert unmarked.events.filter(kind=EventKind.MARKED).count() == 2


def test_mock_paper_is_drawn_once(committed_db, exam, learner, bank, now):
    Item.objects.update(pool=Pool.PRACTICE)

    at_once(*[lambda: open_mock(exam, by=learner, now=now)] * 3)

    assert MockPaper.objects.filter(person=learner).count() == 1


def test_drawing_a_mock_by_looking_first_would_draw_twice(
    committed_db, exam, learner, now
):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX mock_paper_one_open")
    try:
        looked = Barrier(2)

        def draw() -> None:
            there = MockPaper.objects.filter(exam=exam, person=learner).exists()
            looked.wait()
            if not there:
                MockPaper.objects.create(
                    person=learner,
                    exam=exam,
                    content={},
                    key={},
                    is_complete=True,
                    opened_at=now,
                )

        at_once(draw, draw)

        assert MockPaper.objects.filter(person=learner).count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE exams_mockpaper CASCADE")
            cursor.execute(
                "CREATE UNIQUE INDEX mock_paper_one_open ON exams_mockpaper "
                "(person_id, exam_id) WHERE closed_at IS NULL"
            )


def test_answers_and_hand_in_never_both_believe_they_were_first(
    committed_db, running, now
):
    results = at_once(
        lambda: batch(fresh(running), "a", 1, "A", now),
        lambda: submit_sitting(fresh(running), now=now).state,
    )

    sitting = fresh(running)
    counted = current_answers(sitting).answers
    if results[0] == "sitting_closed":
        assert counted == {}
    else:
        assert counted == {1: ["A"], 2: ["A"], 3: ["A"]}
    read_events(sitting)


def test_many_devices_at_once_lose_nothing(committed_db, running, now):
    devices = [f"device-{n}" for n in range(6)]

    results = at_once(
        *[lambda d=d: batch(fresh(running), d, 1, "A", now) for d in devices]
    )

    events = read_events(running)
    answered = [e for e in events if e.kind == EventKind.ANSWERED]
    assert [r for r in results if isinstance(r, str)] == []
    assert len(answered) == 18
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


def test_without_the_unique_number_histories_would_fork(committed_db, running, now):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE exams_sittingevent DROP CONSTRAINT sitting_event_seq_unique"
        )
    try:
        read = Barrier(2)

        def append(name: str) -> None:
            sitting = fresh(running)
            head = head_of(sitting)
            read.wait()
            entry = NewEvent(EventKind.ANSWERED, {"answer": ["A"]}, 1, name, 1)
            insert_after(sitting, head, [entry], now=now)

        at_once(lambda: append("a"), lambda: append("b"))

        assert SittingEvent.objects.filter(sitting=running, seq=2).count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE exams_sittingevent")
            cursor.execute(
                "ALTER TABLE exams_sittingevent ADD CONSTRAINT "
                "sitting_event_seq_unique UNIQUE (sitting_id, seq)"
            )


def test_time_added_twice_at_once_is_added_twice(
    committed_db, running, invigilator, now
):
    before = fresh(running).deadline

    at_once(
        *[
            lambda: add_time(fresh(running), 60, reason="x", by=invigilator, now=now)
            for _ in range(3)
        ]
    )

    sitting = fresh(running)
    entries = sitting.clock_entries.filter(kind=ClockKind.INVIGILATOR).count()
    assert (sitting.deadline, entries) == (before + timedelta(minutes=3), 3)


def test_summing_the_ledger_by_reading_first_would_lose_time(
    committed_db, running, now
):
    before = fresh(running).deadline
    read = Barrier(2)

    def add() -> None:
        sitting = fresh(running)
        read.wait()
        Sitting.objects.filter(pk=sitting.pk).update(
            deadline=sitting.deadline + timedelta(minutes=1)
        )

    at_once(add, add)

    assert fresh(running).deadline == before + timedelta(minutes=1)


def test_sending_the_same_batch_twice_at_once_stores_it_once(
    committed_db, running, now
):
    at_once(*[lambda: batch(fresh(running), "a", 1, "A", now)] * 3)

    assert running.events.filter(kind=EventKind.ANSWERED).count() == 3
