from __future__ import annotations

import pytest

from simulator.engine import debrief, load_profile, score
from simulator.engine.bots import play
from tests.simulator.cases import NAMES, Run, base

PROFILE = load_profile()
WRITTEN_BY_ENGINE = {"gained", "reply", "signed", "fixed", "source", "old"}


def of(events, seed=0, name=NAMES[0]):
    return debrief(base(name), seed, PROFILE, events)


@pytest.mark.parametrize("name", NAMES)
def test_debrief_of_the_expert_finds_nothing_to_practise(name):
    found = of(play(base(name), 0, "expert").events, name=name)

    assert found.practise == ()
    assert found.missed_places == ()
    assert all(i.right for i in found.items if i.mark)
    assert found.own_min <= found.budget_min


def test_missed_violation_names_where_its_proof_was():
    found = of(Run().enter().events)

    roster = next(item for item in found.items if item.id == "I02")
    wall = next(proof for proof in roster.proofs if proof.atom == "a_roster_day")
    assert (roster.mark, roster.right) == (None, False)
    assert wall.where == ("墙上值班表",)
    assert not wall.gained
    assert len(found.practise) == 3
    assert found.missed_places == tuple(s.source for s in found.expert_path)


def test_wrong_citation_is_explained_in_the_words_of_the_key():
    run = Run().enter()
    run.do("item.record", "I02", mark="violation", power=["AQSCF:97.1.1"])
    item = next(i for i in of(run.events).items if i.id == "I02")

    assert set(item.wrong_citations) == {"AQSCF:97.1.1"}


def test_rejected_measure_says_why():
    events = play(base(), 0, "fines_everything").events
    item = next(i for i in of(events).items if i.id == "I02")

    assert any("逾期未改正" in note for note in item.measure_notes)


@pytest.mark.parametrize("name", NAMES)
def test_guided_run_confirmed_throughout_scores_like_the_exam(name):
    exam = play(base(name), 1, "competent").events
    run = Run(1, "guided", name)
    for event in exam[1:]:
        if event.verb == "incident.fire":
            continue
        given = {k: v for k, v in event.payload.items() if k not in WRITTEN_BY_ENGINE}
        subject = "" if event.verb == "case.file" else event.object_id
        outcome = run.do(event.verb, subject, **given)
        if outcome.warning:
            outcome = run.do(event.verb, subject, **given, confirmed=True)
        assert outcome.events

    again, before = (
        score(base(name), 1, PROFILE, events) for events in (run.events, exam)
    )
    assert again.total == before.total
    assert again.vetoes == before.vetoes


def test_vetoes_are_practised_first_with_lesson_and_law():
    first = of(play(base(), 0, "no_notice").events).practise[0]

    assert first.lesson == "procedure-and-evidence/notice-and-hearing"
    assert first.provisions == ("XZCFF:44", "XZCFF:62")


def test_two_vetoes_leave_room_for_what_was_overlooked():
    run = Run()
    run.do("plan.set", officers=["o1"])
    run.do("plan.submit")
    run.do("site.enter")
    run.do("hotspot.inspect", "h_g_roster")
    run.do("evidence.backdate", "a_roster_day")
    found = of(run.events)

    assert len(found.report.vetoes) == 3
    assert len(found.practise) == 3
    assert found.practise[2].lesson == "emergency-organisation/duty-room"


def test_confidence_is_set_against_what_was_right():
    run = Run(mode="practice").enter()
    run.do("item.record", "I02", mark="violation", confidence=3)
    run.do("item.record", "I01", mark="violation", confidence=3)
    run.do("item.record", "I03", mark="compliant", confidence=1)
    run.do("item.record", "I07", mark="compliant")

    rows = [(c.level, c.recorded, c.right) for c in of(run.events).confidence]

    assert run.case.item_by_id["I03"].truth == "compliant"
    assert rows == [(3, 2, 1), (1, 1, 1)]
    assert of(run.events).confidence[0].wrong_items == (
        run.case.item_by_id["I01"].text,
    )
