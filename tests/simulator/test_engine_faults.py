"""Every rule of procedure and every veto of the profile, broken once on purpose.

A rule or veto added to the profile without a scenario here fails the last tests.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.engine import FORM_NEEDS, load_profile, procedure_findings, score
from tests.simulator.cases import Run, base, mine
from tests.simulator.test_engine_procedure import drill_proved, penalty

PROFILE = load_profile()
SMELTER, MINE = "metal-smelter-lanlin", "noncoal-mine-qingyan"
Scenario = Callable[[], Run]


def entered_without(*acts: str, officers: tuple[str, ...] = ("o1", "o2")) -> Run:
    """On site, a look taken, with some of the usual acts left out."""
    run = Run()
    run.do("plan.set", officers=list(officers))
    for verb in ("plan.submit", "site.enter", "credentials.show", "purpose.state"):
        if verb not in acts:
            run.do(verb)
    run.do("hotspot.inspect", "h_g_roster")
    return run


def recorded_and_left() -> Run:
    run = entered_without()
    run.do("item.record", "I02", mark="violation")
    run.do("scene.move", "leave")
    return run


def refused_and_not_noted() -> Run:
    run = Run(next(s for s in range(99) if "boss_refuses" in mine(s).flags)).enter()
    run.do("record.sign")
    return run


def ordered(**payload: object) -> Run:
    run = drill_proved(Run().enter())
    run.do("order.deadline", items=["I11"], days=10, **payload)
    return run


def reinspected_without_report() -> Run:
    run = ordered(reinspection_date="2026-11-25")
    run.do("reinspect.item", "I11")
    return run


def penalty_without(skip: str, **changes: int) -> Run:
    return penalty(drill_proved(Run().enter()), skip=skip, **changes)


def notice_without_rights() -> Run:
    run = drill_proved(Run().enter())
    run.do("case.file", items=["I11"])
    run.do("penalty.propose", "c1", lines=[{"item": "I11", "fine_yuan": 20_000}])
    run.do("penalty.notice", "c1", contents=["facts", "basis"])
    return run


def filed_late() -> Run:
    """Proposed in the file of another day: the file comes first, always."""
    run = drill_proved(Run().enter())
    lines = [{"item": "I11", "fine_yuan": 20_000}]
    run.do("case.file", items=["I11"])
    run.do("penalty.propose", "c1", lines=lines)
    run.do("penalty.decide", "c1", lines=lines, on="2027-03-30")
    return run


def served_late() -> Run:
    run = penalty_without("service.deliver")
    day = run.state.clock.date()
    later = day.fromordinal(day.toordinal() + 20).isoformat()
    run.do("service.deliver", "c1", on=later)
    return run


def warned() -> Run:
    run = Run(0, name=SMELTER)
    run.do("enterprise.notify")
    return run


BROKEN: dict[str, tuple[Scenario, tuple[str, ...]]] = {
    "R01": (lambda: entered_without("plan.submit"), ("site.enter",)),
    "R02": (lambda: entered_without(officers=("o1",)), ("site.enter",)),
    "R03": (lambda: entered_without(officers=("o1", "o3")), ("site.enter",)),
    "R04": (lambda: entered_without(officers=("o1", "o4")), ("site.enter",)),
    "R05": (lambda: entered_without("credentials.show"), ("hotspot.inspect",)),
    "R06": (lambda: entered_without("purpose.state"), ("site.enter",)),
    "R07": (recorded_and_left, ("item.record",)),
    "R08": (recorded_and_left, ("site.enter",)),
    "R09": (refused_and_not_noted, ("record.sign",)),
    "R10": (ordered, ("order.deadline",)),
    "R11": (lambda: ordered(reinspection_date="2026-11-25"), ("order.deadline",)),
    "R12": (reinspected_without_report, ("reinspect.item",)),
    "R14": (lambda: penalty_without("penalty.notice"), ("penalty.decide",)),
    "R15": (notice_without_rights, ("penalty.notice",)),
    "R16": (lambda: penalty_without("defence.hear"), ("penalty.decide",)),
    "R17": (
        lambda: penalty_without("", fine=20_000, final=40_000),
        ("penalty.decide",),
    ),
    "R18": (
        lambda: penalty_without("hearing.inform", fine=60_000),
        ("penalty.decide",),
    ),
    "R19": (
        lambda: penalty_without("legal_review.pass", fine=60_000),
        ("penalty.decide",),
    ),
    "R20": (filed_late, ("penalty.decide",)),
    "R21": (served_late, ("service.deliver",)),
    "R22": (lambda: penalty_without("service.deliver"), ("penalty.decide",)),
    "R23": (warned, ("enterprise.notify",)),
}
HARD_GATED = {"R13"}
"""Without a file there is nothing to propose in: the engine cannot break it."""


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_rule_names_the_events_that_broke_it(rule):
    scenario, verbs = BROKEN[rule]
    run = scenario()

    found = next(
        f for f in procedure_findings(run.case, run.events) if f.rule.id == rule
    )

    assert found.broken
    assert {run.events[seq - 1].verb for seq in found.event_seqs} == set(verbs)


@pytest.mark.parametrize(
    "verb", ["penalty.propose", "penalty.notice", "penalty.decide"]
)
def test_penalty_before_a_file_is_impossible(verb):
    run = drill_proved(Run().enter())
    lines = [{"item": "I11", "fine_yuan": 1}]

    refused = run.do(verb, "c1", lines=lines).refused

    assert refused is not None
    assert refused.code == "no_such_file"


def bare_fine() -> Run:
    run = Run().enter()
    run.do("item.record", "I11", mark="violation")
    run.do("scene.move", "leave")
    return penalty(run)


def duty_room_fined() -> Run:
    """A fine where the clause wants overdue non-correction first."""
    run = Run().enter()
    atoms = ["a_roster_day", "a_log_presigned"]
    for place, atom in zip(("h_g_roster", "h_g_logbook"), atoms, strict=True):
        run.do("hotspot.inspect", place)
        needs = FORM_NEEDS[run.case.atoms[atom].type]
        run.do("evidence.fix", atom, form=sorted(needs))
    run.do("item.record", "I02", mark="violation", atoms=atoms)
    run.do("order.deadline", items=["I02"], days=10, reinspection_date="2026-11-20")
    run.do("case.file", items=["I02"])
    lines = [{"item": "I02", "fine_yuan": 30_000}]
    run.do("penalty.propose", "c1", lines=lines)
    run.do("penalty.notice", "c1", contents=["facts"])
    run.do("defence.hear", "c1")
    run.do("penalty.decide", "c1", lines=lines)
    return run


def sealed_in_haste() -> Run:
    run = entered_without()
    run.do("item.record", "I02", mark="violation")
    run.do("measure.seal", items=["I02"], approval="none")
    return run


def backdated() -> Run:
    run = Run().enter()
    run.do("evidence.backdate", "a_roster_day")
    return run


def walked_past_danger() -> Run:
    run = Run(0, name=MINE).enter()
    run.do("scene.move", "s_face")
    run.do("hotspot.inspect", "h_f_roof")
    run.do("hotspot.inspect", "h_f_miners")
    run.do("scene.move", "leave")
    return run


VETOED: dict[str, tuple[Scenario, str]] = {
    "insufficient_evidence": (bare_fine, "fatal"),
    "fine_instead_of_rectification": (
        lambda: penalty_without("order.deadline"),
        "fatal",
    ),
    "fine_without_power": (duty_room_fined, "fatal"),
    "no_notice_before_penalty": (lambda: penalty_without("penalty.notice"), "fatal"),
    "defence_refused": (lambda: penalty_without("defence.hear"), "fatal"),
    "harsher_after_defence": (BROKEN["R17"][0], "grave"),
    "hearing_not_told": (BROKEN["R18"][0], "fatal"),
    "single_officer": (BROKEN["R02"][0], "fatal"),
    "unqualified_officer": (BROKEN["R03"][0], "fatal"),
    "credentials_not_shown": (BROKEN["R05"][0], "fatal"),
    "seal_without_approval": (sealed_in_haste, "fatal"),
    "imminent_danger_ignored": (walked_past_danger, "fatal"),
    "evidence_invented": (backdated, "fatal"),
    "conflict_not_recused": (BROKEN["R04"][0], "grave"),
    "covert_leak": (warned, "grave"),
}


@pytest.mark.parametrize("code", VETOED)
def test_veto_is_raised_with_its_level_its_events_and_its_cap(code):
    scenario, level = VETOED[code]
    run = scenario()

    report = score(run.case, run.seed, PROFILE, run.events)
    veto = next(v for v in report.vetoes if v.code == code)

    assert (veto.level, veto.cap) == (level, {"fatal": 40, "grave": 59}[level])
    assert veto.event_seqs
    assert set(veto.event_seqs) <= {event.seq for event in run.events}
    assert report.total <= veto.cap
    assert not report.passed


def test_danger_is_not_ignored_when_people_are_sent_out():
    run = walked_past_danger()
    again = Run(0, name=MINE).enter()
    for event in run.events[4:-1]:
        again.do(event.verb, event.object_id)
    again.do("evacuate.order", items=["M14"])
    report = score(again.case, 0, PROFILE, again.events)

    assert "imminent_danger_ignored" not in {v.code for v in report.vetoes}


def test_every_rule_and_every_veto_has_its_scenario():
    assert set(BROKEN) | HARD_GATED == {rule.id for rule in PROFILE.procedure}
    assert set(VETOED) == set(PROFILE.vetoes)


def test_every_veto_but_method_names_its_law_and_every_veto_its_lesson():
    without = {code for code, veto in PROFILE.vetoes.items() if not veto.basis}

    assert without == {"covert_leak"}
    assert all("/" in veto.lesson for veto in PROFILE.vetoes.values())


def test_same_case_without_faults_raises_nothing():
    run = penalty(drill_proved(Run().enter()))

    assert score(base(), 0, PROFILE, run.events).vetoes == ()
