from __future__ import annotations

import datetime as dt

import pytest

from simulator.engine import Action, Phase, fold, initial, step, view_model
from tests.simulator.cases import Run, mine


def refusal_code(outcome) -> str | None:
    return outcome.refused.code if outcome.refused else None


def test_start_opens_preparation():
    run = Run()

    assert run.state.phase is Phase.PREPARE
    assert run.events[0].payload == {"seed": 0, "mode": "exam"}


@pytest.mark.parametrize(
    ("verb", "object_id", "payload", "code"),
    [
        ("no.such_verb", "", {}, "unknown_verb"),
        ("hotspot.inspect", "h_s_scba1", {}, "not_there"),
        ("hotspot.inspect", "h_nowhere", {}, "unknown_object"),
        ("person.ask", "p_safety.q2", {}, "not_there"),
        ("scene.move", "s_nowhere", {}, "unknown_object"),
        ("evidence.fix", "a_roster_day", {"form": []}, "not_yet_seen"),
        ("item.record", "I99", {"mark": "violation"}, "unknown_object"),
        ("item.record", "I02", {}, "malformed"),
        ("item.record", "I02", {"mark": "guilty"}, "malformed"),
        ("item.record", "I02", {"mark": "violation", "atoms": ["x"]}, "not_in_hand"),
        ("item.revise", "I02", {"mark": "violation", "reason": "x"}, "not_recorded"),
        ("penalty.propose", "c1", {"lines": [{"item": "I02"}]}, "no_such_file"),
        ("penalty.propose", "c1", {"lines": []}, "malformed"),
        ("order.deadline", "", {"items": ["I99"], "days": 3}, "malformed"),
        ("order.deadline", "", {"items": ["I02"], "days": -3}, "malformed"),
        ("reinspect.item", "I02", {}, "not_now"),
        ("plan.submit", "", {}, "not_now"),
        ("doc.fill", "f_nothing", {"fields": {}}, "unknown_object"),
    ],
)
def test_impossible_act_on_site_is_refused_and_leaves_no_trace(
    verb, object_id, payload, code
):
    run = Run().enter()
    before = run.state

    outcome = run.do(verb, object_id, **payload)

    assert refusal_code(outcome) == code
    assert run.state == before


def test_look_costs_time_once_and_gains_what_is_there():
    run = Run().enter()

    first = run.do("hotspot.inspect", "h_g_roster")
    again = run.do("hotspot.inspect", "h_g_roster")

    assert first.events[0].cost_min == run.case.budget.inspect_hotspot
    assert first.events[0].payload["gained"] == ["a_roster_day"]
    assert again.events[0].cost_min == 0
    assert "值班表" in str(first.said[0].phrase)


def test_question_needing_evidence_is_evaded_until_the_evidence_is_shown():
    run = Run().enter()
    for place in ("d_personnel.r1", "d_drill2.r3"):
        run.do("scene.move", "s_office")
        run.do("document.read", place)

    evaded = run.do("person.ask", "p_safety.q2")
    confronted = run.do(
        "person.ask", "p_safety.q2", presented=["a_drill_signin", "a_departed"]
    )

    assert evaded.events[0].payload == {"gained": [], "reply": -1}
    assert confronted.events[0].payload["gained"] == ["a_stmt_safety_admit"]
    assert confronted.events[0].cost_min == run.case.budget.ask_question


def test_answer_changes_after_the_lie_was_exposed():
    run = Run().enter()
    run.do("scene.move", "s_office")
    lie = run.do("person.ask", "p_safety.q1")
    for place in ("d_personnel.r1", "d_drill2.r3"):
        run.do("document.read", place)
    run.do("person.ask", "p_safety.q2", presented=["a_drill_signin", "a_departed"])

    truth = run.do("person.ask", "p_safety.q1")

    assert str(lie.said[0].phrase) != str(truth.said[0].phrase)
    assert truth.events[0].payload["reply"] == 1


def test_nothing_can_be_looked_at_beyond_the_overrun():
    run = Run().enter()
    scenes = [scene for scene in run.case.scenes if scene.id != run.state.at]
    while run.state.spent_min < 1.25 * run.case.head.time.onsite_budget_min:
        run.do("scene.move", scenes[len(run.events) % 2].id)

    outcome = run.do("hotspot.inspect", "h_s_scba1")

    assert refusal_code(outcome) in {"out_of_time", "not_there"}


def test_off_site_only_the_legal_basis_can_be_revised():
    run = Run().enter()
    run.do("hotspot.inspect", "h_g_roster")
    run.do("item.record", "I02", mark="violation")
    run.do("scene.move", "leave")

    facts = run.do("item.revise", "I02", mark="compliant", reason="再想想")
    basis = run.do("item.revise", "I02", power=["YJTL:32"], reason="补依据")

    assert refusal_code(facts) == "left_site"
    assert basis.refused is None
    assert run.state.records["I02"].power == ("YJTL:32",)


def test_refused_signature_is_an_incident_and_can_be_noted():
    seed = next(s for s in range(99) if "boss_refuses" in mine(s).flags)
    run = Run(seed).enter()

    outcome = run.do("record.sign")
    run.do("record.refusal_noted", reason="负责人拒绝签字")

    assert [e.verb for e in outcome.events] == ["record.sign", "incident.fire"]
    assert outcome.events[0].payload["signed"] is False
    assert not run.state.signed
    assert run.state.refusal_noted


def test_warned_enterprise_hides_what_can_be_hidden():
    run = Run()
    run.do("enterprise.notify")
    run.enter()

    outcome = run.do("hotspot.inspect", "h_g_logbook")

    assert outcome.events[0].payload["gained"] == []
    assert "换了一本新的" in str(outcome.said[0].phrase)


def test_guided_mode_warns_before_and_acts_when_confirmed():
    run = Run(mode="guided")
    run.do("plan.set", officers=["o1"])

    warned = run.do("plan.submit")
    confirmed = run.do("plan.submit", confirmed=True)

    assert warned.warning.code == "single_officer"
    assert warned.events == ()
    assert confirmed.events[0].verb == "plan.submit"
    assert "confirmed" not in confirmed.events[0].payload


def test_practice_mode_acts_and_tells_the_consequence():
    run = Run(mode="practice")
    run.do("plan.set", officers=["o1"])

    outcome = run.do("plan.submit")

    assert outcome.events
    assert [m.kind for m in outcome.said] == ["consequence"]


def test_exam_mode_is_silent_about_faults():
    run = Run()
    run.do("plan.set", officers=["o1", "o4"])

    outcome = run.do("plan.submit")

    assert outcome.said == ()
    assert outcome.warning is None


def test_days_pass_in_the_office_and_never_backwards():
    run = Run().enter()
    run.do("hotspot.inspect", "h_g_roster")
    run.do("item.record", "I02", mark="violation")
    run.do("scene.move", "leave")
    run.do("order.deadline", items=["I02"], days=10, reinspection_date="2026-11-20")
    run.do("reinspect.item", "I02")

    back = run.do("case.file", items=["I02"], on="2026-11-11")

    assert run.state.clock.date() == dt.date(2026, 11, 20)
    assert refusal_code(back) == "back_in_time"


def test_paused_run_only_resumes():
    run = Run().enter()
    run.do("run.pause")

    assert refusal_code(run.do("hotspot.inspect", "h_g_roster")) == "run_paused"
    assert run.do("run.resume").refused is None


def test_finished_run_takes_nothing_more():
    run = Run().enter()
    run.do("run.submit")

    assert run.state.phase is Phase.SUBMITTED
    assert refusal_code(run.do("hotspot.inspect", "h_g_roster")) == "run_over"


def test_incident_event_gets_its_own_client_id():
    seed = next(s for s in range(99) if "boss_refuses" in mine(s).flags)
    run = Run(seed).enter()

    run.send(Action("record.sign", "", {}, "abc"))

    assert [e.client_event_id for e in run.events[-2:]] == ["abc", "abc#1"]


def test_fold_of_the_log_is_the_state():
    run = Run(3).enter()
    run.do("hotspot.inspect", "h_g_roster")
    run.do("evidence.fix", "a_roster_day", form=["photo", "time_place"])

    assert fold(run.case, run.events) == run.state


def test_resent_event_changes_nothing():
    run = Run().enter()
    run.send(Action("hotspot.inspect", "h_g_roster", {}, "once"))
    twice = [*run.events, run.events[-1]]

    assert fold(run.case, twice) == fold(run.case, run.events)


def test_view_before_entering_shows_no_place():
    run = Run()
    view = view_model(run.case, run.state)

    assert view.scenes == ()
    assert view.people == ()


def test_view_offers_a_confrontation_only_with_the_evidence_in_hand():
    run = Run().enter()

    def questions() -> set[str]:
        people = view_model(run.case, run.state).people
        return {q.id for p in people for q in p.questions}

    before = questions()
    run.do("scene.move", "s_office")
    run.do("document.read", "d_personnel.r1")
    run.do("document.read", "d_drill2.r3")

    assert "p_safety.q2" not in before
    assert "p_safety.q2" in questions()


def test_state_of_unstarted_run_takes_only_the_start():
    case = mine()
    _, _, outcome = step(case, initial(case, 0, "exam"), Action("site.enter"))

    assert refusal_code(outcome) == "not_now"
