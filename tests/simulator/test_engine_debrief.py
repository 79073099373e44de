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
