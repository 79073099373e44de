"""What is exported comes back as it was, alone and through other dialects."""

import io
import zipfile
from dataclasses import replace
from itertools import permutations

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.data import CaseSetDraft, ExhibitDraft, ItemDraft, OptionDraft
from exams.formats import (
    DIALECTS,
    Defaults,
    FileRefused,
    Shared,
    export_items,
    read_items,
)
from tests.exams.formats.samples import every_type, full

ALL = {draft.key for draft in every_type()}
SAID = {
    "xlsx": ALL,
    "csv": ALL,
    "moodle": ALL,
    "qti2": ALL,
    "qti3": ALL,
    "gift": ALL - {"gaps", "order", "short", "case"},
}
PLAIN = Defaults(aspect="plans")


@pytest.mark.parametrize("dialect", SAID)
def test_everything_a_dialect_can_say_comes_back_as_it_was(dialect):
    export = export_items(every_type(), dialect)

    reading = read_items(export.data)

    assert {draft.key for draft in export.written} == SAID[dialect]
    assert [entry.draft for entry in reading.accepted] == list(export.written)
    assert (reading.dialect, reading.rejected) == (dialect, ())


@pytest.mark.parametrize("dialect", SAID)
def test_what_a_dialect_cannot_say_is_named(dialect):
    export = export_items(every_type(), dialect)

    assert {draft.key for draft, _ in export.left_out} == ALL - SAID[dialect]
    assert {problem.code for _, problem in export.left_out} <= {"not_in_dialect"}


@pytest.mark.parametrize(("one", "other"), list(permutations(SAID, 2)))
def test_two_dialects_tell_each_other_what_both_can_say(one, other):
    first = read_items(export_items(every_type(), one).data)
    second = export_items([entry.draft for entry in first.accepted], other)
    back = read_items(second.data)

    both = SAID[one] & SAID[other]
    assert [entry.draft for entry in back.accepted] == [
        draft for draft in every_type() if draft.key in both
    ]


def test_aiken_keeps_stem_options_and_key():
    draft = full(
        "plain",
        "single_choice",
        "哪个对？",
        options=(OptionDraft("甲", False), OptionDraft("乙", True)),
    )

    export = export_items([draft, *every_type()[1:]], "aiken")
    (back,) = read_items(export.data, defaults=PLAIN).accepted

    assert [d.key for d in export.written] == ["plain"]
    assert (back.draft.stem, back.draft.options) == (draft.stem, draft.options)


MATERIAL = Shared(
    (
        ExhibitDraft("ledger", "演练台账", "record", text="第一段 <b>\n\n| 甲 | 乙 |"),
        ExhibitDraft(
            "table",
            "物资",
            "table",
            header=("名称", "数量"),
            rows=(("呼吸器", "4"), ("=SUM(A1)", "")),
        ),
        ExhibitDraft("chart", "组织图", "figure", svg="<svg>图</svg>", alt="一张图"),
    ),
    (CaseSetDraft("set", "题组", "ledger", ("single", "multiple"), "先看台账。"),),
)
HANGING = {"single": "ledger", "multiple": "ledger", "order": "table", "case": "chart"}


def on_material() -> list[ItemDraft]:
    return [replace(d, exhibit=HANGING.get(d.key, "")) for d in every_type()]


@pytest.mark.parametrize("dialect", ["xlsx", "qti3"])
def test_case_set_and_shared_material_come_back_as_they_were(dialect):
    export = export_items(on_material(), dialect, MATERIAL)

    reading = read_items(export.data)

    assert (export.left_out, export.sets_left_out) == ((), ())
    assert reading.shared == MATERIAL
    assert [entry.draft for entry in reading.accepted] == on_material()


@pytest.mark.parametrize("dialect", sorted(set(SAID) - {"xlsx", "qti3"}))
def test_item_on_shared_material_is_left_out_by_name(dialect):
    export = export_items(on_material(), dialect, MATERIAL)

    named = {d.key for d, p in export.left_out if p.code == "exhibit_shared"}
    assert named == set(HANGING)
    assert export.sets_left_out == MATERIAL.case_sets
    assert read_items(export.data).shared == Shared()


@pytest.mark.parametrize("dialect", ["xlsx", "qti3"])
def test_case_set_goes_out_whole_or_not_at_all(dialect):
    export = export_items(on_material()[:1], dialect, MATERIAL)

    assert [d.key for d in export.written] == ["single"]
    assert export.sets_left_out == MATERIAL.case_sets
    assert [e.key for e in read_items(export.data).shared.exhibits] == ["ledger"]


def test_stimulus_is_written_as_other_systems_read_it():
    data = export_items(on_material(), "qti3", MATERIAL).data

    with zipfile.ZipFile(io.BytesIO(data)) as package:
        item = package.read("items/item-1.xml").decode()
        stimulus = package.read("stimuli/stimulus-2.xml").decode()
    assert 'href="../stimuli/stimulus-1.xml"' in item
    assert "<td>呼吸器</td>" in stimulus


def test_stimulus_of_another_system_is_refused_by_its_question():
    data = export_items(on_material(), "qti3", MATERIAL).data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        item = package.read("items/item-1.xml")

    (rejected,) = read_items(item, defaults=PLAIN).rejected

    assert [p.code for p in rejected.problems] == ["exhibit_foreign"]


def test_question_that_names_material_the_file_lacks_is_refused():
    data = export_items(on_material(), "xlsx", MATERIAL).data
    book = openpyxl.load_workbook(io.BytesIO(data))
    del book["材料"], book["题组"]
    out = io.BytesIO()
    book.save(out)

    rejected = read_items(out.getvalue()).rejected

    assert [p.code for r in rejected for p in r.problems] == ["exhibit_missing"] * 4


@pytest.mark.parametrize(
    "broken",
    [
        {"exhibits": MATERIAL.exhibits[1:]},
        {"case_sets": MATERIAL.case_sets * 2},
        {"case_sets": (replace(MATERIAL.case_sets[0], items=("single", "single")),)},
        {"exhibits": (*MATERIAL.exhibits, ExhibitDraft("odd", "怪", "video"))},
    ],
)
@pytest.mark.parametrize("dialect", ["xlsx", "qti3"])
def test_broken_material_refuses_the_file(dialect, broken):
    data = DIALECTS[dialect].written([], replace(MATERIAL, **broken))

    with pytest.raises(FileRefused) as refused:
        read_items(data)

    assert refused.value.code in ("case_set_broken", "exhibit_broken")


def test_formula_is_a_text_in_workbook_and_table():
    (draft,) = every_type()[:1]

    assert b"'=SUM" in export_items([draft], "csv").data
    assert export_items([draft], "xlsx").written == (draft,)


TEXT = st.text(
    st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40
).filter(str.strip)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXT, min_size=3, max_size=6, unique=True), rationale=st.text())
def test_whatever_is_written_is_read_back(dialect, texts, rationale):
    draft = ItemDraft(
        key="any",
        type="single_choice",
        stem=texts[0],
        aspect="plans",
        rationale=rationale,
        options=tuple(OptionDraft(t, n == 0) for n, t in enumerate(texts[1:])),
    )

    export = export_items([draft], dialect)

    assert len(export.written) + len(export.left_out) == 1
    if export.written:
        (back,) = read_items(export.data, dialect, PLAIN).accepted
        assert [o.text for o in back.draft.options] == [
            o.text for o in export.written[0].options
        ]
