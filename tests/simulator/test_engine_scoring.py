from __future__ import annotations

import pytest

from simulator.engine import FORM_NEEDS, Mark, load_profile, score
from simulator.engine.bots import play
from simulator.engine.case import Atom, EvidenceRule
from simulator.engine.citations import matches
from simulator.engine.documents import documents_due, expected_fields
from simulator.engine.evidence import form_faults, relevance, sufficiency
from simulator.engine.scoring import _band, f1
from tests.simulator.cases import Run, base

PROFILE = load_profile()
ATOMS = {
    "paper": Atom("documentary", "a paper"),
    "word": Atom("witness", "a word"),
    "other": Atom("witness", "another word"),
}


def scored(run: Run, marks=()):
    return score(base(), run.seed, PROFILE, run.events, marks)


def prove(run: Run, item: str, *atoms: str, **payload) -> None:
    for atom in atoms:
        run.do("evidence.fix", atom, form=sorted(FORM_NEEDS[run.case.atoms[atom].type]))
    run.do("item.record", item, mark="violation", atoms=list(atoms), **payload)


@pytest.mark.parametrize(
    ("cited", "key", "value"),
    [
        ("AQSCF:97.1.6", "AQSCF:97.1.6", 1.0),
        ("AQSCF:97.1.3", "AQSCF:97.1.6", 0.6),
        ("AQSCF:97", "AQSCF:97.1.6", 0.6),
        ("AQSCF:81.1", "AQSCF:81", 1.0),
        ("AQSCF:82", "AQSCF:82.1", 1.0),
        ("AQSCF:82.2", "AQSCF:82.1", 0.6),
        ("AQSCF:98.1.6", "AQSCF:97.1.6", 0.0),
        ("WHPAQF:97.1.6", "AQSCF:97.1.6", 0.0),
        ("XF:134-1.1", "XF:134", 0.0),
    ],
)
def test_citation_is_judged_to_the_item(cited, key, value):
    assert matches(cited, key, 0.6) == value


@pytest.mark.parametrize(
    ("cited", "keys", "value"),
    [
        ([], ["A:1"], 0.0),
        (["A:1"], ["A:1", "B:2"], 1.0),
        (["A:1", "C:9"], ["A:1"], 2 / 3),
        (["C:9"], ["A:1"], 0.0),
    ],
)
def test_one_accepted_key_suffices_and_extra_citations_cost(cited, keys, value):
    assert f1(cited, keys, 0.6) == pytest.approx(value)


@pytest.mark.parametrize(
    ("usable", "rule", "value"),
    [
        ({"paper"}, EvidenceRule((("paper",),)), 1.0),
        ({"paper"}, EvidenceRule((("paper", "word"),)), 0.5),
        ({"word"}, EvidenceRule((("word",),)), 0.5),
        ({"word", "other"}, EvidenceRule((("word", "other"),)), 1.0),
        ({"paper"}, EvidenceRule((("paper",),), ("paper", "word")), 0.85),
        (set(), EvidenceRule((("paper",),)), 0.0),
    ],
)
def test_evidence_suffices_by_clause_and_never_by_one_statement(usable, rule, value):
    assert sufficiency(rule, frozenset(usable), ATOMS) == value


def test_dumping_atoms_lowers_relevance():
    assert relevance(frozenset("ab"), frozenset("a")) == 1.0
    assert relevance(frozenset("abcde"), frozenset("a")) == 0.25


@pytest.mark.parametrize(
    ("form", "officers", "shown", "faults"),
    [
        (["copy_checked", "source_noted"], 2, True, ()),
        (["copy_checked"], 2, True, ("source_noted",)),
        (["copy_checked", "source_noted", "threat"], 2, True, ("threat",)),
        (["copy_checked", "source_noted"], 1, True, ("one_officer",)),
        (["copy_checked", "source_noted"], 2, False, ("no_credentials",)),
    ],
)
def test_evidence_is_lawful_only_in_its_form(form, officers, shown, faults):
    found = form_faults(
        ATOMS["paper"], form, officers=officers, credentials_shown=shown
    )

    assert found == faults


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 1), (30, 1), (2, 1 / 3), (1.5, 0), (45, 0.5), (60, 0)]
)
def test_deadline_fades_outside_its_range(value, expected):
    assert _band(value, 3, 30) == pytest.approx(expected)


def test_bare_assertion_earns_a_quarter_of_a_hit():
    run = Run().enter()
    run.do("item.record", "I02", mark="violation")

    weights = sum(item.weight for item in run.case.violations)
    expected = 0.25 * run.case.item_by_id["I02"].weight / weights

    assert scored(run).components["D"] == pytest.approx(expected, abs=1e-3)


def test_false_accusation_costs_detection_evidence_law_and_measure():
    honest, eager = Run().enter(), Run().enter()
    for run in (honest, eager):
        run.do("hotspot.inspect", "h_g_roster")
        run.do("hotspot.inspect", "h_g_logbook")
        prove(run, "I02", "a_roster_day", "a_log_presigned", duty=["YJTL:14.1.2"])
    eager.do("item.record", "I03", mark="violation")

    plain, accused = scored(honest), scored(eager)

    for part in ("D", "E", "L"):
        assert accused.components[part] < plain.components[part]
    assert [x.item for x in accused.lines if x.points < 0] == ["I03"]


def test_confidence_never_changes_the_score():
    low, high = Run().enter(), Run().enter()
    for run, confidence in ((low, 1), (high, 3)):
        run.do("hotspot.inspect", "h_g_roster")
        prove(run, "I02", "a_roster_day", confidence=confidence)

    assert scored(low).total == scored(high).total


def test_time_counts_only_with_half_the_violations_found():
    assert scored(Run().enter()).components["T"] == 0.0


def test_every_line_names_rule_maximum_and_what_was_missing():
    report = play(base(), 0, "competent").report

    for line in report.lines:
        assert line.rule
        assert line.points <= line.maximum + 1e-9
        if line.points >= 0 and line.points < line.maximum:
            assert line.full_marks_needed
    assert {line.component for line in report.lines} == set("KDELPRGT")


def test_lines_of_a_component_add_up_to_it():
    report = play(base(), 1, "competent").report
    truth = 1 - report.false_alarm_rate

    for part in "KRG":
        added = sum(x.points for x in report.lines if x.component == part)
        assert added == pytest.approx(report.components[part], abs=0.01)
    for part in "ELP":
        added = sum(x.points for x in report.lines if x.component == part) * truth
        assert added == pytest.approx(report.components[part], abs=0.01)


def test_score_without_assessor_is_provisional_and_with_marks_uses_them():
    played = play(base(), 0, "expert")
    marks = [
        Mark(document.id, line.id, 0)
        for document in base().documents_required
        for line in document.rubric
    ]

    plain = score(base(), 0, PROFILE, played.events)
    rated = score(base(), 0, PROFILE, played.events, marks)

    assert plain.provisional
    assert rated.components["G"] < plain.components["G"]


def test_document_contradicting_the_run_loses_the_field():
    run = Run().enter()
    (record,) = [d for d in run.case.documents_required if d.id == "f_record"]
    right = expected_fields(run.case, run.state, record)
    run.do("doc.fill", "f_record", fields=right | {"date": "2026-11-09"})

    line = next(x for x in scored(run).lines if "现场检查记录" in str(x.claim))

    assert "date" in str(line.full_marks_needed)


def test_due_documents_follow_what_was_done():
    run = Run().enter()

    assert [d.id for d in documents_due(run.case, run.state)] == ["f_plan", "f_record"]


def test_same_input_gives_the_same_score():
    played = play(base(), 5, "novice")

    assert score(base(), 5, PROFILE, played.events) == played.report


def test_corrected_key_changes_only_the_score():
    played = play(base(), 0, "expert")
    stricter = dict(base().payload)
    stricter["items"] = [
        item | {"weight": 3} if item["id"] == "I04" else item
        for item in stricter["items"]
    ]
    from simulator.engine import load_case  # noqa: PLC0415 -- the point of the test

    corrected = score(load_case(stricter), 0, PROFILE, played.events)

    assert corrected.total == played.report.total
    assert corrected.lines != played.report.lines


def test_right_law_for_a_bare_assertion_earns_a_quarter():
    bare, proved = Run().enter(), Run().enter()
    for run in (bare, proved):
        run.do("hotspot.inspect", "h_g_roster")
        run.do("hotspot.inspect", "h_g_logbook")
    cited = {"duty": ["YJTL:14.1.2"], "power": ["YJTL:32"]}
    bare.do("item.record", "I02", mark="violation", **cited)
    prove(proved, "I02", "a_roster_day", "a_log_presigned", **cited)

    quarter = scored(proved).components["L"] / 4

    assert scored(bare).components["L"] == pytest.approx(quarter, abs=1e-3)


def test_supporting_atoms_are_not_strays():
    run = Run().enter()
    run.do("hotspot.inspect", "h_g_roster")
    run.do("hotspot.inspect", "h_g_logbook")
    run.do("person.ask", "p_guard.q2", presented=["a_log_presigned"])
    prove(run, "I02", "a_roster_day", "a_log_presigned", "a_stmt_presign")

    weights = sum(item.weight for item in run.case.violations)

    assert scored(run).components["E"] == pytest.approx(2 / weights, abs=1e-3)
