"""What is exported comes back as it was, alone and through other dialects."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.data import ItemDraft, OptionDraft
from exams.formats import DIALECTS, Defaults, export_items, read_items
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


def test_item_on_shared_material_is_left_out_by_name():
    export = export_items([replace(every_type()[0], exhibit="ledger")], "moodle")

    assert [p.code for _, p in export.left_out] == ["exhibit_shared"]


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
