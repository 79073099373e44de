"""A run's only doors: starting, acting, closing, voiding."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from simulator.engine import Action, fold
from simulator.enums import Mode, RunStatus
from simulator.errors import (
    ActionRefusedError,
    CaseNotPlayableError,
    CaseStaleError,
    NoAttemptLeftError,
    RunClosedError,
    RunOutOfDateError,
)
from simulator.models import InspectionCase, Run
from simulator.queries import (
    case_of,
    chain_break,
    current_state,
    engine_events,
    scored_runs,
)
from simulator.services.cases import retire_case
from simulator.services.runs import (
    act,
    close_overdue_runs,
    extend_run,
    grant_attempt,
    start_run,
    void_run,
)
from tests.simulator.conftest import Do


def test_start_pins_version_and_chains_first_event(run: Run) -> None:
    assert run.version.status == "published"
    assert run.head_seq == 1
    assert chain_break(run) is None


def test_start_twice_continues_the_open_run(
    case: InspectionCase, learner: User, run: Run, now: datetime
) -> None:
    again = start_run(case, mode=Mode.PRACTICE, now=now, by=learner)

    assert again == run


def test_start_of_retired_case_is_refused(
    case: InspectionCase, learner: User, now: datetime
) -> None:
    retire_case(case)
    case.refresh_from_db()

    with pytest.raises(CaseNotPlayableError):
        start_run(case, mode=Mode.PRACTICE, now=now, by=learner)


def test_assessment_of_case_past_its_review_is_refused(
    case: InspectionCase, learner: User, now: datetime
) -> None:
    with pytest.raises(CaseStaleError):
        start_run(case, mode=Mode.EXAM, now=now + timedelta(days=400), by=learner)


def test_second_assessment_needs_a_grant(
    case: InspectionCase, learner: User, instructor: User, now: datetime
) -> None:
    first = start_run(case, mode=Mode.EXAM, now=now, by=learner)
    act(
        first.public_id,
        Action("run.submit", client_event_id="end"),
        now=now,
        by=learner,
    )

    with pytest.raises(NoAttemptLeftError):
        start_run(case, mode=Mode.EXAM, now=now, by=learner)

    grant_attempt(case, user=learner, now=now, by=instructor, reason="停电")
    second = start_run(case, mode=Mode.EXAM, now=now, by=learner)
    assert second.attempt == 2


def test_resent_act_happens_once(run: Run, learner: User, now: datetime) -> None:
    action = Action("enterprise.notify", client_event_id="phone-retry-1")

    first = act(run.public_id, action, now=now, by=learner)
    second = act(run.public_id, action, now=now, by=learner)

    assert (first.repeated, second.repeated) == (False, True)
    assert run.events.filter(verb="enterprise.notify").count() == 1


def test_impossible_act_is_refused_and_leaves_no_trace(run: Run, do: Do) -> None:
    with pytest.raises(ActionRefusedError):
        do(run, "penalty.decide", "c1", lines=[{"item": "I02", "fine_yuan": 1}])

    assert run.events.count() == 1


def test_overwriting_what_another_device_wrote_is_refused(
    on_site: Run, do: Do, learner: User, now: datetime
) -> None:
    seen = on_site.head_seq
    do(on_site, "item.record", "I01", mark="compliant")
    late = Action(
        "item.revise", "I01", {"mark": "violation", "reason": "x"}, "late-one"
    )

    with pytest.raises(RunOutOfDateError):
        act(on_site.public_id, late, now=now, by=learner, seen=seen)


def test_acts_of_somebody_else_are_not_possible(
    run: Run, stranger: User, now: datetime
) -> None:
    with pytest.raises(Run.DoesNotExist):
        act(
            run.public_id,
            Action("site.enter", client_event_id="x"),
            now=now,
            by=stranger,
        )


def test_state_is_the_fold_of_the_log(on_site: Run) -> None:
    assert current_state(on_site) == fold(case_of(on_site), engine_events(on_site))


def test_submit_scores_and_closes(run: Run, do: Do, learner: User) -> None:
    do(run, "run.submit")

    assert run.status == RunStatus.SCORED
    assert run.reports.get().head_hash == run.head_hash
    with pytest.raises(RunClosedError):
        do(run, "site.enter")
    assert scored_runs(learner, mode=Mode.PRACTICE)[0].evidence_hash == run.head_hash


def test_overdue_assessment_is_scored_as_it_stands(
    case: InspectionCase, learner: User, now: datetime
) -> None:
    run = start_run(case, mode=Mode.EXAM, now=now, by=learner)
    late = now + timedelta(hours=2)

    assert close_overdue_runs(now=late) == 1
    assert close_overdue_runs(now=late) == 0
    run.refresh_from_db()
    assert run.status == RunStatus.EXPIRED
    assert run.reports.count() == 1


def test_act_after_the_time_closes_the_run(
    case: InspectionCase, learner: User, now: datetime
) -> None:
    run = start_run(case, mode=Mode.EXAM, now=now, by=learner)
    late = now + timedelta(hours=2)

    with pytest.raises(RunClosedError):
        act(
            run.public_id,
            Action("site.enter", client_event_id="x"),
            now=late,
            by=learner,
        )

    run.refresh_from_db()
    assert run.status == RunStatus.EXPIRED


def test_extended_assessment_goes_on(
    case: InspectionCase, learner: User, instructor: User, now: datetime
) -> None:
    run = start_run(case, mode=Mode.EXAM, now=now, by=learner)

    extend_run(run, minutes=120, now=now, by=instructor, reason="停电")

    assert close_overdue_runs(now=now + timedelta(hours=2)) == 0


def test_voided_run_counts_for_nothing(
    run: Run, do: Do, learner: User, instructor: User, now: datetime
) -> None:
    do(run, "run.submit")

    void_run(run, now=now, by=instructor, reason="代考")

    assert scored_runs(learner, mode=Mode.PRACTICE) == []


def test_events_hold_no_names(on_site: Run, learner: User) -> None:
    for event in on_site.events.all():
        text = f"{event.payload}{event.object_id}{event.actor}"
        assert learner.name not in text
        assert (learner.officer_number or "-") not in text


def test_reading_a_state_does_not_grow_with_the_log(
    on_site: Run, do: Do, django_assert_num_queries: object
) -> None:
    current_state(on_site)

    with django_assert_num_queries(0):  # type: ignore[operator]
        current_state(on_site)
