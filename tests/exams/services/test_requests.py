"""More time: before the exam by approval, during it by asking."""

from datetime import timedelta

import pytest

from exams.enums import ClockKind
from exams.errors import NotAllowedNow, ReasonMissing, SecondPersonNeeded
from exams.models import Accommodation, TimeRequest
from exams.services.requests import (
    approve_accommodation,
    ask_for_time,
    decide_time_request,
    withdraw_accommodation,
)
from exams.services.sittings import open_sitting, submit_sitting


def test_approved_time_counts_from_the_start(ready, learner, instructor, now):
    approve_accommodation(
        ready.exam, learner, minutes=20, reason="书写困难", by=instructor, now=now
    )

    sitting = open_sitting(ready, now=now)

    entry = sitting.clock_entries.get(kind=ClockKind.ACCOMMODATION)
    assert (entry.seconds, entry.reason, entry.by) == (1200, "书写困难", instructor)
    assert sitting.deadline == now + timedelta(minutes=80)


def test_approving_again_replaces_and_withdrawing_ends_it(
    ready, learner, instructor, now
):
    for minutes in (20, 30):
        given = approve_accommodation(
            ready.exam, learner, minutes=minutes, reason="x", by=instructor, now=now
        )
    assert Accommodation.objects.get().seconds == 1800

    withdraw_accommodation(given)

    assert open_sitting(ready, now=now).deadline == now + timedelta(minutes=60)


@pytest.mark.parametrize(
    ("minutes", "reason", "error"),
    [(0, "x", NotAllowedNow), (241, "x", NotAllowedNow), (5, " ", ReasonMissing)],
)
def test_senseless_approvals_are_refused(
    ready, learner, instructor, now, minutes, reason, error
):
    with pytest.raises(error):
        approve_accommodation(
            ready.exam, learner, minutes=minutes, reason=reason, by=instructor, now=now
        )


def test_nobody_approves_their_own_time(ready, instructor, now):
    with pytest.raises(SecondPersonNeeded):
        approve_accommodation(
            ready.exam, instructor, minutes=5, reason="x", by=instructor, now=now
        )


def test_granted_time_enters_the_ledger_and_is_told(running, invigilator, now):
    asked = ask_for_time(running, 15, reason="左手骨折", now=now)
    before = running.deadline

    decide_time_request(asked, 10, by=invigilator, now=now)
    decide_time_request(asked, 30, by=invigilator, now=now)

    running.refresh_from_db()
    entry = running.clock_entries.get(kind=ClockKind.INVIGILATOR)
    assert running.deadline == before + timedelta(minutes=10)
    assert (entry.reason, entry.by) == ("左手骨折", invigilator)
    assert running.session.notes.filter(sitting=running, is_message=True).count() == 1


def test_turned_down_request_changes_no_clock(running, invigilator, now):
    asked = ask_for_time(running, 15, reason="x", now=now)

    decide_time_request(asked, 0, by=invigilator, now=now)

    running.refresh_from_db()
    assert running.clock_entries.count() == 1
    assert running.session.notes.get().sitting == running


def test_asking_again_is_the_same_request(running, now):
    one = ask_for_time(running, 15, reason="x", now=now)

    assert ask_for_time(running, 30, reason="y", now=now) == one
    assert TimeRequest.objects.get().minutes == 15


def test_asking_needs_a_reason_and_a_running_sitting(running, now):
    with pytest.raises(ReasonMissing):
        ask_for_time(running, 5, reason=" ", now=now)
    submit_sitting(running, now=now)
    with pytest.raises(NotAllowedNow):
        ask_for_time(running, 5, reason="x", now=now)


def test_candidates_do_not_decide_about_themselves(running, learner, now):
    asked = ask_for_time(running, 15, reason="x", now=now)

    with pytest.raises(SecondPersonNeeded):
        decide_time_request(asked, 15, by=learner, now=now)
