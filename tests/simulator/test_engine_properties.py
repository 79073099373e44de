"""Any sequence of actions, legal or not, keeps the invariants."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.engine import (
    ALLOWED,
    FORM_MARKS,
    Action,
    fold,
    load_profile,
    score,
    view_model,
)
from tests.simulator.cases import Run, base, mine

CASE = mine(0)
IDS = sorted(
    {
        "", "c1", "leave", "junk", *CASE.sources, *CASE.atoms, *CASE.item_by_id,
        *(s.id for s in CASE.scenes), *(d.id for d in CASE.documents),
        *(d.id for d in CASE.documents_required), *(p.id for p in CASE.people),
    }
)  # fmt: skip
ITEMS = st.lists(st.sampled_from(sorted(CASE.item_by_id)), max_size=3, unique=True)
ATOMS = st.lists(st.sampled_from(sorted(CASE.atoms)), max_size=3, unique=True)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "item": st.sampled_from(sorted(CASE.item_by_id)),
            "fine_yuan": st.integers(0, 200_000),
        }
    ),
    max_size=3,
)
JUNK = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2)
)
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "officers": st.lists(st.sampled_from(["o1", "o2", "o3", "o4", "o9"])),
        "items": ITEMS | JUNK,
        "atoms": ATOMS | JUNK,
        "presented": ATOMS,
        "form": st.lists(st.sampled_from(FORM_MARKS)) | JUNK,
        "mark": st.sampled_from(["violation", "compliant", "not_applicable", "?"]),
        "duty": st.lists(st.sampled_from(["YJTL:32", "AQSCF:97.1.6", "x"]), max_size=2),
        "days": st.integers(-5, 500) | JUNK,
        "reinspection_date": st.sampled_from(["2026-11-25", "x"]) | JUNK,
        "on": st.sampled_from(["2026-11-12", "2026-01-01", "2027-02-02", "x"]) | JUNK,
        "approval": st.sampled_from(["before", "within24h", "none"]),
        "reason": st.text(max_size=4),
        "lines": LINES | JUNK,
        "contents": st.lists(st.sampled_from(["facts", "basis"])),
        "fields": st.dictionaries(st.text(max_size=4), JUNK, max_size=2) | JUNK,
    },
)
ACTIONS = st.builds(
    Action, st.sampled_from([*ALLOWED, "junk"]), st.sampled_from(IDS), PAYLOADS
)
FRAMES = st.sampled_from(["prepare", "onsite", "office"])
PROFILE = load_profile()
SECRETS = {"truth", "weight", "reveals", "decoy", "trap", "explain", "evidence"}
CALM = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def played(frame: str, actions: list[Action], mode: str = "exam") -> Run:
    run = Run(0, mode)
    if frame != "prepare":
        run.enter()
    if frame == "office":
        run.do("hotspot.inspect", "h_g_roster")
        run.do("item.record", "I02", mark="violation")
        run.do("scene.move", "leave")
        run.do("case.file", items=["I02"])
    for action in actions:
        run.send(action)
    return run


def as_json(view) -> str:
    return json.dumps(dataclasses.asdict(view), ensure_ascii=False, default=str)


def field_names(value) -> set[str]:
    if dataclasses.is_dataclass(value):
        names = {f.name for f in dataclasses.fields(value)}
        inner = (getattr(value, f.name) for f in dataclasses.fields(value))
        return names.union(*map(field_names, inner))
    if isinstance(value, list | tuple):
        return set().union(*map(field_names, value))
    return set()


@CALM
@given(FRAMES, st.lists(ACTIONS, max_size=40), st.sampled_from(["exam", "practice"]))
def test_any_sequence_folds_scores_and_keeps_bounds(frame, actions, mode):
    run = played(frame, actions, mode)

    report = score(base(), 0, PROFILE, run.events)

    assert fold(base(), run.events) == run.state
    assert [e.seq for e in run.events] == list(range(1, len(run.events) + 1))
    assert 0 <= report.total <= 100
    assert all(0 <= part <= 1 for part in report.components.values())
    assert report.cap is None or report.total <= report.cap


@CALM
@given(FRAMES, st.lists(ACTIONS, max_size=25))
def test_key_never_reaches_the_view(frame, actions):
    run = played(frame, actions)
    view = view_model(run.case, run.state)
    shown = as_json(view)

    assert not field_names(view) & SECRETS
    for item in run.case.items:
        assert item.explain not in shown
        assert item.trap is None or item.trap.why not in shown
    for atom in set(run.case.atoms) - set(run.state.atoms):
        assert f'"{atom}"' not in shown
        assert run.case.atoms[atom].text not in shown.replace(
            run.case.enterprise.name, ""
        )


@CALM
@given(st.lists(ACTIONS, max_size=25), st.data())
def test_resending_any_event_changes_nothing(actions, data):
    run = Run().enter()
    for n, action in enumerate(actions):
        run.send(dataclasses.replace(action, client_event_id=f"c{n}"))
    again = data.draw(st.lists(st.sampled_from(run.events), max_size=5))
    repeats = [e for e in again if e.client_event_id]

    assert fold(base(), [*run.events, *repeats]) == run.state


@CALM
@given(st.permutations(["h_g_roster", "h_g_panel", "h_g_logbook", "h_g_phone"]))
def test_order_of_independent_looks_is_irrelevant_to_the_score(order):
    first = Run().enter()
    for place in sorted(order):
        first.do("hotspot.inspect", place)
    other = Run().enter()
    for place in order:
        other.do("hotspot.inspect", place)

    assert set(first.state.atoms) == set(other.state.atoms)
    assert first.state.spent_min == other.state.spent_min
    assert (
        score(base(), 0, PROFILE, first.events).total
        == score(base(), 0, PROFILE, other.events).total
    )


PROOFS = {
    "I02": ("h_g_roster", "a_roster_day", "violation"),
    "I17": ("h_g_panel", "", "compliant"),
    "I01": ("h_g_window", "", "compliant"),
}


@CALM
@given(st.permutations(sorted(PROOFS)))
def test_order_of_independent_items_is_irrelevant_to_the_score(order):
    runs = []
    for each in (sorted(PROOFS), order):
        run = Run().enter()
        for item in each:
            place, atom, mark = PROOFS[item]
            run.do("hotspot.inspect", place)
            if atom:
                run.do("evidence.fix", atom, form=["photo", "time_place"])
            run.do("item.record", item, mark=mark, atoms=[atom] if atom else [])
        runs.append(run)
    first, other = (score(base(), 0, PROFILE, run.events) for run in runs)

    assert (first.total, first.components) == (other.total, other.components)
    assert runs[0].state.bag.keys() == runs[1].state.bag.keys()


@pytest.mark.parametrize("kind", ["scene", "person"])
def test_fresh_view_shows_every_thing_alike(kind):
    """Decoys cannot be told from what bears facts."""
    view = view_model(CASE, Run().enter().state)
    things = (
        [t for scene in view.scenes for t in scene.things]
        if kind == "scene"
        else [q for person in view.people for q in person.questions]
    )

    assert {t.text for t in things} == {None}
    assert len({t.cost_min for t in things}) == 1
