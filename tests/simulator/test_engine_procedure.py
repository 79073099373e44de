from __future__ import annotations

import pytest

from simulator.engine import FORM_NEEDS, load_profile, procedure_findings, score
from simulator.engine.gates import NOTICE_CONTENTS
from tests.simulator.cases import Run, base, mine

PROFILE = load_profile()
DRILL = ("a_drill_signin", "a_departed", "a_stmt_safety_admit")


def broken(run: Run) -> dict[str, tuple[int, ...]]:
    findings = procedure_findings(base(), run.events)
    return {f.rule.id: f.event_seqs for f in findings if f.broken}


def vetoes(run: Run) -> set[str]:
    return {v.code for v in score(base(), run.seed, PROFILE, run.events).vetoes}


def drill_proved(run: Run) -> Run:
    """The staged drill recorded with full proof, the site left."""
    run.do("scene.move", "s_office")
    run.do("document.read", "d_personnel.r1")
    run.do("document.read", "d_drill2.r3")
    run.do("person.ask", "p_safety.q2", presented=["a_drill_signin", "a_departed"])
    for atom in DRILL:
        run.do("evidence.fix", atom, form=sorted(FORM_NEEDS[run.case.atoms[atom].type]))
    run.do("item.record", "I11", mark="violation", atoms=list(DRILL))
    run.do("onsite.notice", items=["I11"])
    run.do("record.sign")
    run.do("record.refusal_noted")
    run.do("scene.move", "leave")
    return run


def penalty(run: Run, *, skip: str = "", fine: int = 30_000, final: int | None = None):
    """A proceeding about the drill, leaving out one act."""
    lines = [{"item": "I11", "fine_yuan": fine, "power": ["AQSCF:97.1.6"]}]
    acts = [
        ("order.deadline", "", {"items": ["I11"], "days": 20,
                                "reinspection_date": "2026-12-01"}),
        ("case.file", "", {"items": ["I11"]}),
        ("penalty.propose", "c1", {"lines": lines, "reasons": "无从轻情节"}),
        ("hearing.inform", "c1", {}),
        ("legal_review.pass", "c1", {}),
        ("penalty.notice", "c1", {"contents": list(NOTICE_CONTENTS)}),
        ("defence.hear", "c1", {}),
        ("penalty.decide", "c1", {"lines": [
            {"item": "I11", "fine_yuan": fine if final is None else final}]}),
        ("service.deliver", "c1", {}),
    ]  # fmt: skip
    for verb, object_id, payload in acts:
        if verb != skip:
            run.do(verb, object_id, **payload)
    return run


def test_due_process_breaks_nothing():
    run = penalty(drill_proved(Run().enter()))
    run.do("purpose.state")

    assert set(broken(run)) <= {"R06", "R11"}
    assert vetoes(run) == set()


@pytest.mark.parametrize(
    ("skip", "rule", "veto"),
    [
        ("penalty.notice", "R14", "no_notice_before_penalty"),
        ("defence.hear", "R16", "defence_refused"),
        ("order.deadline", None, "fine_instead_of_rectification"),
    ],
)
def test_left_out_step_breaks_its_rule_and_raises_its_veto(skip, rule, veto):
    run = penalty(drill_proved(Run().enter()), skip=skip)

    assert veto in vetoes(run)
    if rule:
        decision = next(e.seq for e in run.events if e.verb == "penalty.decide")
        assert broken(run)[rule] == (decision,)


def test_harsher_fine_after_defence_is_grave_and_caps_at_59():
    run = penalty(drill_proved(Run().enter()), fine=20_000, final=40_000)
    report = score(base(), 0, PROFILE, run.events)

    assert [(v.code, v.level, v.cap) for v in report.vetoes] == [
        ("harsher_after_defence", "grave", 59)
    ]


def test_large_fine_without_telling_of_the_hearing_is_vetoed():
    run = penalty(drill_proved(Run().enter()), fine=60_000, skip="hearing.inform")

    assert "hearing_not_told" in vetoes(run)


def test_small_fine_needs_no_word_of_a_hearing():
    run = penalty(drill_proved(Run().enter()), skip="hearing.inform")

    assert "hearing_not_told" not in vetoes(run)


def test_fine_without_evidence_is_vetoed():
    run = Run().enter()
    run.do("item.record", "I11", mark="violation")
    run.do("scene.move", "leave")

    assert "insufficient_evidence" in vetoes(penalty(run))


def test_fine_where_overdue_non_correction_is_needed_is_vetoed():
    run = Run().enter()
    run.do("hotspot.inspect", "h_g_roster")
    run.do("hotspot.inspect", "h_g_logbook")
    for atom in ("a_roster_day", "a_log_presigned"):
        run.do("evidence.fix", atom, form=sorted(FORM_NEEDS[run.case.atoms[atom].type]))
    run.do(
        "item.record",
        "I02",
        mark="violation",
        atoms=["a_roster_day", "a_log_presigned"],
    )
    run.do("order.deadline", items=["I02"], days=10, reinspection_date="2026-11-20")
    run.do("case.file", items=["I02"])
    lines = [{"item": "I02", "fine_yuan": 30_000}]
    run.do("penalty.propose", "c1", lines=lines)
    run.do("penalty.notice", "c1", contents=list(NOTICE_CONTENTS))
    run.do("defence.hear", "c1")
    run.do("penalty.decide", "c1", lines=lines)

    assert vetoes(run) == {"fine_without_power"}


@pytest.mark.parametrize(
    ("officers", "veto", "level"),
    [
        (["o1"], "single_officer", "fatal"),
        (["o1", "o3"], "unqualified_officer", "fatal"),
        (["o1", "o5"], "unqualified_officer", "fatal"),
        (["o1", "o4"], "conflict_not_recused", "grave"),
    ],
)
def test_wrong_team_is_vetoed(officers, veto, level):
    run = Run().enter(*officers)
    found = score(base(), 0, PROFILE, run.events).vetoes

    assert [(v.code, v.level) for v in found] == [(veto, level)]


def test_looking_before_showing_credentials_is_vetoed_with_its_event():
    run = Run()
    run.do("plan.submit")
    run.do("site.enter")
    run.do("hotspot.inspect", "h_g_roster")
    found = score(base(), 0, PROFILE, run.events).vetoes

    veto = next(v for v in found if v.code == "credentials_not_shown")
    assert veto.event_seqs == (run.events[-1].seq,)


@pytest.mark.parametrize(
    ("verb", "object_id"),
    [("evidence.backdate", "a_roster_day"), ("statement.compose", "p_guard")],
)
def test_invented_evidence_is_vetoed(verb, object_id):
    run = Run().enter()
    run.do(verb, object_id)

    assert "evidence_invented" in vetoes(run)


def test_seal_without_approval_is_vetoed_and_with_approval_is_not():
    hasty, proper = Run().enter(), Run().enter()
    for run, approval in ((hasty, "none"), (proper, "before")):
        run.do("hotspot.inspect", "h_g_roster")
        run.do("item.record", "I02", mark="violation")
        run.do("measure.seal", items=["I02"], approval=approval)

    assert "seal_without_approval" in vetoes(hasty)
    assert "seal_without_approval" not in vetoes(proper)


def test_order_about_something_never_looked_at_is_vetoed():
    run = Run().enter()
    run.do("item.record", "I09", mark="violation")
    run.do("order.deadline", items=["I09"], days=10)

    assert "insufficient_evidence" in vetoes(run)


def test_order_without_reinspection_date_breaks_its_rule():
    run = drill_proved(Run().enter())
    run.do("order.deadline", items=["I11"], days=10)

    assert broken(run)["R10"] == (run.events[-1].seq,)


def test_refused_signature_must_be_noted():
    seed = next(s for s in range(99) if "boss_refuses" in mine(s).flags)
    run = Run(seed).enter()
    run.do("record.sign")

    assert "R09" in broken(run)
    run.do("record.refusal_noted")
    assert "R09" not in broken(run)


def test_late_service_breaks_the_seven_workdays():
    run = penalty(drill_proved(Run().enter()), skip="service.deliver")
    day = run.state.clock.date()
    run.do(
        "service.deliver", "c1", on=day.fromordinal(day.toordinal() + 20).isoformat()
    )

    assert "R21" in broken(run)


def test_rules_that_do_not_apply_cost_nothing():
    run = Run().enter()
    findings = procedure_findings(base(), run.events)

    assert {f.rule.id for f in findings if not f.applicable} >= {"R14", "R18", "R23"}
