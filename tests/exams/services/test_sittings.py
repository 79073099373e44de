"""A sitting from the seat to the receipt: nothing acknowledged is lost."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from exams.data import ClientEvent
from exams.enums import ClockKind, EventKind, SittingState
from exams.errors import (
    AttemptsUsedUp,
    BadBatch,
    CoolingDown,
    HistoryBroken,
    HoursMissing,
    NotAllowedNow,
    NotOpenYet,
    SittingClosed,
)
from exams.models import ClockEntry, Item, Session, Sitting, SittingEvent
from exams.rules.timing import GRACE
from exams.services.bank import flag_stale
from exams.services.clock import (
    add_time,
    credit_outage,
    pause_sitting,
    resume_sitting,
)
from exams.services.events import read_events
from exams.services.papers import draw_forms
from exams.services.sittings import (
    assign_sitting,
    close_overdue_sittings,
    current_answers,
    open_sitting,
    prepare_session,
    save_batch,
    submit_sitting,
)
from tests.exams.conftest import DEVICE, right_answers

MINUTE = timedelta(minutes=1)


def kinds(sitting):
    return list(sitting.events.order_by("seq").values_list("kind", flat=True))


# --- before the bell


def test_assigning_twice_gives_the_same_seat(session, learner, now):
    first = assign_sitting(session, learner, now=now)

    assert assign_sitting(session, learner, now=now) == first


def test_prepared_sitting_has_a_sealed_form_of_its_own(session, learner, stranger, now):
    for person in (learner, stranger):
        assign_sitting(session, person, now=now)

    assert prepare_session(session, now=now) == 2
    assert prepare_session(session, now=now) == 0
    forms = set(session.sittings.values_list("form", flat=True))
    assert len(forms) == 2


def test_late_candidate_is_topped_up_and_nobody_else_touched(
    session, learner, stranger, now
):
    assign_sitting(session, learner, now=now)
    prepare_session(session, now=now)
    before = Sitting.objects.get(candidate=learner).form

    late = assign_sitting(session, stranger, now=now)
    assert prepare_session(session, now=now) == 1

    late.refresh_from_db()
    assert Sitting.objects.get(candidate=learner).form == before
    assert late.state == SittingState.READY
    assert late.form.number == before.number + 1


def test_fixed_paper_is_one_form_for_all_and_stays(
    session, exam, learner, stranger, now
):
    exam.is_fixed_paper = True
    exam.save()
    assign_sitting(session, learner, now=now)
    prepare_session(session, now=now)

    assign_sitting(session, stranger, now=now)
    prepare_session(session, now=now)

    assert set(session.sittings.values_list("form__number", flat=True)) == {1}


def test_learning_hours_are_demanded(session, exam, learner, now):
    exam.required_minutes = 60
    exam.save()

    with pytest.raises(HoursMissing):
        assign_sitting(session, learner, now=now)


def test_attempts_run_out(session, exam, learner, now):
    exam.attempts = 1
    exam.save()
    assign_sitting(session, learner, now=now)
    later = Session.objects.create(
        exam=exam,
        title="第二场",
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=1, hours=2),
    )

    with pytest.raises(AttemptsUsedUp):
        assign_sitting(later, learner, now=now)


def test_cool_down_is_kept(running, exam, learner, now):
    exam.cooldown_days = 7
    exam.save()
    submit_sitting(running, now=now)
    later = Session.objects.create(
        exam=exam, title="第二场", opens_at=now, closes_at=now + timedelta(days=9)
    )

    with pytest.raises(CoolingDown):
        assign_sitting(later, learner, now=now + timedelta(days=6))
    again = assign_sitting(later, learner, now=now + timedelta(days=7))
    assert again.attempt == 2


def test_retake_repeats_as_few_items_as_the_bank_allows(running, exam, learner, now):
    submit_sitting(running, now=now)
    first = set(running.form.places.values_list("revision__item__key", flat=True))
    later = Session.objects.create(
        exam=exam, title="第二场", opens_at=now, closes_at=now + timedelta(hours=2)
    )

    assign_sitting(later, learner, now=now)
    prepare_session(later, now=now)

    second = later.sittings.get().form.places.values_list(
        "revision__item__key", flat=True
    )
    assert first & set(second) == {"c0", "c1"}


def test_stale_item_is_never_drawn(exam, now):
    flag_stale(["s0", "s1", "s2"], reason="第七条已修改", now=now)

    forms = draw_forms(exam, 5, now=now, seed=1)

    drawn = Item.objects.filter(revisions__places__form__in=forms)
    assert not drawn.filter(key__in=["s0", "s1", "s2"]).exists()


# --- the bell


def test_opening_writes_clock_and_first_event(running, now):
    assert running.state == SittingState.IN_PROGRESS
    assert running.deadline == now + 60 * MINUTE
    assert kinds(running) == ["opened"]


def test_opening_twice_is_one_start(running, now):
    again = open_sitting(Sitting.objects.get(pk=running.pk), now=now + MINUTE)

    assert again.deadline == running.deadline
    assert ClockEntry.objects.filter(sitting=running).count() == 1


@pytest.mark.parametrize("minutes", [-6, 181])
def test_opening_outside_the_window_is_refused(ready, now, minutes):
    with pytest.raises(NotOpenYet):
        open_sitting(ready, now=now + minutes * MINUTE)


def test_late_comer_gets_only_what_is_left_of_the_session(ready, session, now):
    opened = open_sitting(ready, now=session.closes_at - 10 * MINUTE)

    assert opened.deadline == session.closes_at


# --- answers


def test_acknowledged_answers_are_stored_and_chained(running, save):
    saved = save(running, {1: ["A"], 2: ["B"]})

    assert saved.acknowledged == 2
    assert current_answers(running).answers == {1: ["A"], 2: ["B"]}
    assert [event.seq for event in read_events(running)] == [1, 2, 3]


def test_sending_again_is_harmless(running, save):
    save(running, {1: ["A"]})

    save(running, {1: ["A"], 2: ["B"]})

    assert kinds(running) == ["opened", "answered", "answered"]


def test_two_devices_merge_by_question_and_are_told(running, save):
    save(running, {1: ["A"], 2: ["A"]}, device="one")
    save(running, {2: ["B"]}, device="two")

    told = save(running, {3: ["C"]}, device="one", first=3, known=3)

    assert current_answers(running).answers == {1: ["A"], 2: ["B"], 3: ["C"]}
    assert told.newer == {2: ["B"]}
    assert kinds(running).count("device_changed") == 1


def test_withdrawn_answer_is_withdrawn_everywhere(running, save):
    save(running, {1: ["A"]}, device="one")
    save(running, {1: None}, device="two")

    assert current_answers(running).answers == {}
    assert save(running, {}, device="one", known=2).newer == {1: None}


def test_answer_in_the_grace_counts_and_after_it_is_evidence(running, save):
    late = running.deadline + GRACE
    save(running, {1: ["A"]}, at=late - timedelta(seconds=1))

    with pytest.raises(SittingClosed):
        save(running, {2: ["B"]}, first=2, at=late)

    running.refresh_from_db()
    assert running.state == SittingState.EXPIRED or running.state == SittingState.MARKED
    assert current_answers(running).answers == {1: ["A"]}
    assert kinds(running)[-1] == "late"


def test_answer_after_handing_in_is_refused_and_kept(running, save, now):
    save(running, {1: ["A"]})
    submit_sitting(running, now=now)

    with pytest.raises(SittingClosed):
        save(running, {1: ["B"]}, first=2)

    assert current_answers(running).answers == {1: ["A"]}
    assert "late" in kinds(running)


@pytest.mark.parametrize(
    "event",
    [
        ClientEvent(1, "answered", None, 99, ["A"]),
        ClientEvent(1, "answered", None, 1, ["Q"]),
        ClientEvent(1, "answered", None, None, ["A"]),
        ClientEvent(1, "submitted", None, None),
        ClientEvent(0, "answered", None, 1, ["A"]),
    ],
)
def test_batch_that_no_browser_of_ours_sends_is_refused(running, learner, now, event):
    with pytest.raises(BadBatch):
        save_batch(
            running.public_id, by=learner, client_id=DEVICE, events=[event], now=now
        )


def test_nobody_saves_into_the_sitting_of_another(running, stranger, now):
    with pytest.raises(NotAllowedNow):
        save_batch(running.public_id, by=stranger, client_id=DEVICE, events=[], now=now)


def test_saving_costs_one_read_and_one_insert(running, save, django_assert_num_queries):
    save(running, {1: ["A"]})

    with django_assert_num_queries(4):
        save(running, {1: ["B"]}, first=2, known=9)


# --- history


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_history_cannot_be_changed_in_the_database(running, deed):
    events = SittingEvent.objects.filter(sitting=running)

    with pytest.raises(DatabaseError), transaction.atomic():
        events.update(kind="answered") if deed == "update" else events.delete()


def test_history_that_does_not_chain_is_noticed(running, save, now):
    save(running, {1: ["A"]})
    last = running.events.get(seq=2)
    SittingEvent.objects.create(
        sitting=running,
        seq=3,
        client_id="forger",
        client_seq=1,
        kind="answered",
        question=1,
        payload={"answer": ["B"]},
        at_server=now,
        prev_hash=last.prev_hash,
        hash=last.hash,
    )

    with pytest.raises(HistoryBroken):
        read_events(running)


# --- the end


def test_handing_in_twice_gives_one_receipt(running, save, now):
    save(running, {1: ["A"]})
    first = submit_sitting(running, now=now + MINUTE)

    second = submit_sitting(running, now=now + 2 * MINUTE)

    assert (first.receipt, len(first.receipt)) == (second.receipt, 64)
    assert kinds(running).count("submitted") == 1


def test_vanished_candidate_is_closed_and_marked(
    running, save, now, django_capture_on_commit_callbacks
):
    save(running, right_answers(running))
    late = running.deadline + GRACE

    assert close_overdue_sittings(now=late - timedelta(seconds=1)) == (0, [])
    with django_capture_on_commit_callbacks(execute=True):
        assert close_overdue_sittings(now=late) == (1, [])

    running.refresh_from_db()
    assert running.state == SittingState.MARKED
    assert running.score_versions.get().passed


def test_handing_in_after_the_time_is_an_expiry(running, now):
    closed = submit_sitting(running, now=running.deadline + GRACE)

    assert closed.state == SittingState.EXPIRED


# --- the clock


def test_added_time_moves_the_deadline(running, invigilator, now):
    before = running.deadline

    add_time(running, 300, reason="断线", by=invigilator, now=now)

    running.refresh_from_db()
    assert running.deadline == before + 5 * MINUTE
    assert kinds(running)[-1] == EventKind.TIME_ADDED


def test_pause_takes_no_time_and_no_answers(running, save, invigilator, now):
    pause_sitting(running, reason="去洗手间", by=invigilator, now=now)

    with pytest.raises(NotAllowedNow):
        save(running, {1: ["A"]}, at=now + MINUTE)
    resume_sitting(running, by=invigilator, now=now + 7 * MINUTE)
    save(running, {1: ["A"]}, at=now + 8 * MINUTE)

    running.refresh_from_db()
    assert running.deadline == now + 67 * MINUTE
    given_back = running.clock_entries.get(kind=ClockKind.PAUSE)
    assert (given_back.seconds, given_back.reason) == (7 * 60, "去洗手间")


def test_forgotten_pause_ends_with_the_session(running, session, invigilator, now):
    pause_sitting(running, reason="离场", by=invigilator, now=now)

    assert close_overdue_sittings(now=session.closes_at)[0] == 0
    assert close_overdue_sittings(now=session.closes_at + timedelta(hours=4))[0] == 1


def test_outage_is_credited_only_to_whom_it_hit(
    running, session, stranger, invigilator, now
):
    assign_sitting(session, stranger, now=now)
    prepare_session(session, now=now)
    late = open_sitting(session.sittings.get(candidate=stranger), now=now + 8 * MINUTE)

    credited = credit_outage(
        session,
        began_at=now + 5 * MINUTE,
        ended_at=now + 15 * MINUTE,
        reason="停电",
        by=invigilator,
        now=now + 15 * MINUTE,
    )

    running.refresh_from_db()
    before, late_before = now + 60 * MINUTE, late.deadline
    late.refresh_from_db()
    assert credited == 2
    assert running.deadline == before + 10 * MINUTE
    assert late.deadline == late_before + 7 * MINUTE
