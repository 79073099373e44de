from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.case_format import check_case, dump_case, locate, read_case
from simulator.engine import CaseError, load_case
from simulator.engine.variants import option_sets, variant_with
from tests.simulator.cases import CASES, NAMES, base, source


@pytest.mark.parametrize("name", NAMES)
def test_shipped_case_has_no_problem(name):
    assert check_case(source(name).payload) == ()


@pytest.mark.parametrize("name", NAMES)
def test_case_comes_back_from_yaml_unchanged(name):
    payload = source(name).payload

    assert read_case(dump_case(payload)).payload == payload


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_has_the_same_number_of_violations(name):
    case = base(name)
    counts = {
        len(variant_with(case, options).violations) for options in option_sets(case)
    }

    assert len(option_sets(case)) >= 4
    assert len(counts) == 1


@pytest.mark.parametrize("name", NAMES)
def test_case_is_as_large_as_promised(name):
    case = base(name)

    assert len(case.items) >= 14
    assert len(case.violations) >= 5
    assert sum(item.trap is not None for item in case.items) >= 3
    assert len(case.scenes) >= 5
    for scene in case.scenes:
        assert len(scene.hotspots) >= 12
        share = sum(h.decoy for h in scene.hotspots) / len(scene.hotspots)
        assert 0.3 <= share <= 0.7, (scene.id, share)
    assert {item.aspect for item in case.items} == {
        "organisation", "team", "supplies", "plans", "drills", "training", "incident",
    }  # fmt: skip


def changed(change) -> dict:
    payload = copy.deepcopy(dict(source().payload))
    change(payload)
    return payload


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (lambda p: p.pop("items"), "missing", "items"),
        (lambda p: p.update(format="other/1"), "not_allowed", "format"),
        (lambda p: p["case"].update(colour="red"), "unknown", "case.colour"),
        (lambda p: p["items"][1].update(weight="2"), "wrong_kind", "items[1].weight"),
        (
            lambda p: p["case"].update(law_as_of="soon"),
            "not_a_date",
            "case.law_as_of",
        ),
        (lambda p: p["items"][1].update(id="I01"), "id_twice", "items"),
        (
            lambda p: p["items"][0].update(look=["a_ghost"]),
            "unknown_atom",
            "items[0]",
        ),
        (
            lambda p: p["items"][0]["basis"].update(duty=["安全生产法"]),
            "not_a_citation",
            "items[0].basis.duty",
        ),
        (
            lambda p: p["items"][0]["basis"].update(duty=["XYZ:1"]),
            "unknown_law",
            "items[0].basis.duty",
        ),
        (
            lambda p: p["documents"][0].update(at="s_moon"),
            "unknown_scene",
            "documents.d_resp.at",
        ),
        (
            lambda p: p["scenes"][0]["hotspots"][0].update(label="破损门窗缺失"),
            "label_gives_away",
            "scenes.s_gate.h_g_window.label",
        ),
        (
            lambda p: p["scenes"][0]["hotspots"][0]["shape"].update(
                xywh=[0.9, 0.9, 0.5, 0.5]
            ),
            "outside_picture",
            "scenes.s_gate.h_g_window",
        ),
        (
            lambda p: p["variants"].update(balance={"violations": [3, 4]}),
            "unbalanced",
            "variants.balance",
        ),
        (
            lambda p: p["variants"]["slots"][0]["options"][1]["patch"]["texts"].update(
                {"d_ghost.r1": "x"}
            ),
            "patch_fails",
            "variants.slots",
        ),
        (
            lambda p: (
                p["variants"]["slots"][0]["options"][1]["patch"]["items"]["I13"].update(
                    weight=3
                )
                or p["variants"]["balance"].update(max_difficulty_gap=0.01)
            ),
            "uneven_weight",
            "variants.balance",
        ),
        (
            lambda p: p["items"][1].update(evidence=None),
            "violation_unfounded",
            "items[1]",
        ),
    ],
)
def test_fault_is_named_with_its_path(change, code, path):
    problems = check_case(changed(change))

    assert (code, path) in {(p.code, p.path) for p in problems}


def test_problem_is_found_at_its_line():
    text = (CASES / "hazchem-storage-anlan.yaml").read_text("utf-8")
    broken = text.replace("sector: hazchem\n", "sector: volcano\n")
    parsed = read_case(broken)
    (problem,) = check_case(parsed.payload)

    line = locate(problem, parsed.lines)

    assert broken.splitlines()[line - 1].strip() == "sector: volcano"


def test_unknown_path_is_found_at_the_nearest_line_around_it():
    parsed = read_case("a:\n  b: 1\n")
    (problem, *_) = check_case(parsed.payload)

    assert locate(problem, parsed.lines) in {1, None}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "not_yaml"),
        ("- a", "not_a_mapping"),
        ("", "too_deep"),
        ("a: 1\na: 2", "twice"),
        ("a: &x [1]\nb: *x", "not_yaml"),
        ("a: !!python/object/apply:os.system [ls]", None),
        ("a: !!binary aGVsbG8=", "tag"),
        ("[" * 40 + "]" * 40, "too_deep"),
        ("x" * 2_000_001, "too_large"),
    ],
)
def test_hostile_or_broken_yaml_is_refused(text, code):
    if code is None:
        parsed = read_case(text)
        assert parsed.payload == {"a": ["ls"]}
        return
    with pytest.raises(CaseError) as caught:
        read_case(text)

    assert caught.value.problems[0].code == code


def test_dates_stay_text():
    assert read_case("a: 2026-11-10").payload == {"a": "2026-11-10"}


def test_stale_law_is_named():
    import datetime as dt  # noqa: PLC0415 -- only here

    problems = check_case(source().payload, today=dt.date(2030, 1, 1))

    assert [p.code for p in problems] == ["law_stale"]


def test_unknown_place_of_the_law_is_named():
    problems = check_case(
        source().payload, citation_known=lambda citation, day: citation != "YJTL:32"
    )

    assert {p.code for p in problems} == {"no_such_place"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_mangled_payload_is_judged_and_never_crashes(data):
    payload = copy.deepcopy(dict(source().payload))
    key = data.draw(st.sampled_from(sorted(payload)))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.text(max_size=4), inner, max_size=2)
        ),
        max_leaves=4,
    )
    payload[key] = data.draw(junk)

    assert isinstance(check_case(payload), tuple)


def test_not_a_case_lists_every_fault():
    with pytest.raises(CaseError) as caught:
        load_case({"format": "inspection-case/1"})

    assert len(caught.value.problems) > 5
