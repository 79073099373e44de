"""Marking rules of every item type, as tables."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from exams.data import (
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
)
from exams.enums import ScoringRule
from exams.question_types import QUESTION_TYPES, BadAnswer, draft_problems
from exams.question_types.text import parse_number

ALL, ZERO_IF_WRONG, SHARE, MINUS = ScoringRule.values
KEY = {"right": ["A", "C"], "of": 5, "order": [0, 1, 2, 3, 4]}
SINGLE_KEY = {"right": ["B"], "of": 4, "order": [0, 1, 2, 3]}


@pytest.mark.parametrize(
    ("chosen", "shares"),
    [
        (["A", "C"], (1, 1, 1, 1)),
        (["A"], (0, Fraction(1, 2), Fraction(1, 2), Fraction(1, 2))),
        (["A", "B"], (0, 0, Fraction(1, 6), Fraction(1, 6))),
        (["A", "B", "C"], (0, 0, Fraction(2, 3), Fraction(2, 3))),
        (["B"], (0, 0, 0, Fraction(-1, 3))),
        (["A", "B", "C", "D", "E"], (0, 0, 0, 0)),
        (None, (0, 0, 0, 0)),
    ],
)
def test_multiple_choice_earns_by_rule(chosen, shares):
    kind = QUESTION_TYPES["multiple_choice"]

    earned = tuple(
        kind.grade(chosen, KEY, rule) for rule in (ALL, ZERO_IF_WRONG, SHARE, MINUS)
    )

    assert earned == shares


@pytest.mark.parametrize(
    ("chosen", "plain", "negative"),
    [(["B"], 1, 1), (["A"], 0, Fraction(-1, 3)), (None, 0, 0)],
)
def test_single_choice_earns_all_or_nothing(chosen, plain, negative):
    kind = QUESTION_TYPES["single_choice"]

    assert {kind.grade(chosen, SINGLE_KEY, r) for r in (ALL, ZERO_IF_WRONG, SHARE)} == {
        plain
    }
    assert kind.grade(chosen, SINGLE_KEY, MINUS) == negative


@pytest.mark.parametrize(
    ("answer", "plain", "negative"), [(True, 1, 1), (False, 0, -1), (None, 0, 0)]
)
def test_true_false_earns(answer, plain, negative):
    kind = QUESTION_TYPES["true_false"]

    assert kind.grade(answer, {"truth": True}, ALL) == plain
    assert kind.grade(answer, {"truth": True}, MINUS) == negative


@pytest.mark.parametrize(
    ("answer", "strict", "shared"),
    [
        (["辨识", "评估"], 1, 1),
        ([" 辨 识。", "评估"], 1, 1),
        (["辨识", ""], 0, Fraction(1, 2)),
        (["评估", "辨识"], 0, 0),
        (None, 0, 0),
    ],
)
def test_fill_in_earns_by_blank(answer, strict, shared):
    kind = QUESTION_TYPES["fill_in"]
    key = {"blanks": [["辨识", "识别"], ["评估"]]}

    assert kind.grade(answer, key, ALL) == strict
    assert kind.grade(answer, key, SHARE) == shared


@pytest.mark.parametrize(
    ("text", "earned"),
    [
        ("30", 1),
        ("\uff13\uff10 日", 1),
        ("30.5", 1),
        ("29.5", 1),
        ("30.51", 0),
        ("三十", 0),
        ("NaN", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_number_earns_within_tolerance(text, earned):
    key = {"value": "30", "tolerance": "0.5", "unit": "日"}

    assert QUESTION_TYPES["numeric"].grade(text, key, ALL) == earned


def test_number_is_read_with_separators_and_unit():
    assert parse_number("\uff11，\uff10\uff10\uff10元", "元") == Decimal(1000)


@pytest.mark.parametrize(
    ("answer", "strict", "guarded", "shared"),
    [
        ({"0": "B", "1": "A"}, 1, 1, 1),
        ({"0": "B"}, 0, Fraction(1, 2), Fraction(1, 2)),
        ({"0": "B", "1": "C"}, 0, 0, Fraction(1, 2)),
        (None, 0, 0, 0),
    ],
)
def test_matching_earns_by_pair(answer, strict, guarded, shared):
    kind = QUESTION_TYPES["matching"]
    key = {"right": {"0": "B", "1": "A"}, "order": [0, 1, 2]}

    assert kind.grade(answer, key, ALL) == strict
    assert kind.grade(answer, key, ZERO_IF_WRONG) == guarded
    assert kind.grade(answer, key, SHARE) == shared


@pytest.mark.parametrize(
    ("answer", "strict", "shared"),
    [
        (["B", "A", "D", "C"], 1, 1),
        (["A", "D", "C", "B"], 0, Fraction(2, 3)),
        (["C", "D", "A", "B"], 0, 0),
        (["B", "A"], 0, Fraction(1, 3)),
        (None, 0, 0),
    ],
)
def test_ordering_earns_by_neighbours(answer, strict, shared):
    kind = QUESTION_TYPES["ordering"]
    key = {"right": ["B", "A", "D", "C"], "order": [1, 0, 3, 2]}

    assert kind.grade(answer, key, ALL) == strict
    assert kind.grade(answer, key, SHARE) == shared


def test_written_answer_waits_for_people():
    assert QUESTION_TYPES["short_answer"].grade("一段话", {"rubric": []}, ALL) is None
    assert QUESTION_TYPES["short_answer"].grade(None, {"rubric": []}, ALL) == 0


OPTIONS = {"options": [{"letter": "A", "text": "甲"}, {"letter": "B", "text": "乙"}]}


@pytest.mark.parametrize(
    ("kind", "answer", "shown"),
    [
        ("single_choice", ["A", "B"], OPTIONS),
        ("multiple_choice", ["A", "A"], OPTIONS),
        ("multiple_choice", ["Z"], OPTIONS),
        ("multiple_choice", [1], OPTIONS),
        ("true_false", "perhaps", {}),
        ("fill_in", ["one"], {"blanks": 2}),
        ("fill_in", ["x" * 201, ""], {"blanks": 2}),
        ("numeric", 5, {"unit": ""}),
        ("matching", {"9": "A"}, {"rows": ["a"], "choices": OPTIONS["options"]}),
        ("matching", {"0": "Z"}, {"rows": ["a"], "choices": OPTIONS["options"]}),
        ("ordering", ["A", "A"], {"texts": OPTIONS["options"]}),
        ("short_answer", 7, {}),
    ],
)
def test_answer_that_the_question_cannot_give_is_refused(kind, answer, shown):
    with pytest.raises(BadAnswer):
        QUESTION_TYPES[kind].clean(answer, shown)


@pytest.mark.parametrize("kind", sorted(QUESTION_TYPES))
def test_empty_answer_is_no_answer(kind):
    shown = {
        "options": [],
        "blanks": 1,
        "unit": "",
        "rows": [],
        "choices": [],
        "texts": [],
    }

    assert QUESTION_TYPES[kind].clean(None, shown) is None


DRAFTS = {
    "multiple_choice": ItemDraft(
        key="m",
        type="multiple_choice",
        stem="?",
        options=tuple(OptionDraft(t, t in "甲丙") for t in "甲乙丙丁"),
    ),
    "matching": ItemDraft(
        key="p",
        type="matching",
        stem="?",
        matching=MatchingDraft(("一", "二"), ("子", "丑", "寅"), ((0, 2), (1, 0))),
    ),
    "ordering": ItemDraft(
        key="o", type="ordering", stem="?", ordering=("一", "二", "三")
    ),
}


@pytest.mark.parametrize("kind", sorted(DRAFTS))
@pytest.mark.parametrize("seed", range(8))
def test_sealed_order_and_key_agree(kind, seed):
    draft, item_type = DRAFTS[kind], QUESTION_TYPES[kind]
    content = item_type.content(draft)

    shown, key = item_type.seal(content, random.Random(seed))  # noqa: S311

    assert item_type.grade(item_type.clean(key["right"], shown), key, ALL) == 1


@pytest.mark.parametrize("kind", sorted(DRAFTS))
def test_what_is_shown_does_not_hold_the_key(kind):
    shown, _ = QUESTION_TYPES[kind].seal(
        QUESTION_TYPES[kind].content(DRAFTS[kind]),
        random.Random(1),  # noqa: S311
    )

    assert not {"right", "correct", "pairs", "order", "truth"} & set(
        str(shown).split("'")
    )


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (ItemDraft("k", "riddle", "?"), ["type_unknown"]),
        (ItemDraft("k", "true_false", "?"), ["key_missing"]),
        (ItemDraft("k", "true_false", " ", truth=True), ["stem_empty"]),
        (
            ItemDraft("k", "single_choice", "?", options=(OptionDraft("甲", True),)),
            ["options_count"],
        ),
        (
            ItemDraft(
                "k",
                "single_choice",
                "?",
                options=(OptionDraft("甲", True), OptionDraft("甲 ", True)),
            ),
            ["options_equal", "key_count"],
        ),
        (ItemDraft("k", "fill_in", "____和____", blanks=(("甲",),)), ["gaps_differ"]),
        (
            ItemDraft(
                "k", "numeric", "?", numeric=NumericDraft(Decimal(1), Decimal(-1))
            ),
            ["number_bad"],
        ),
        (ItemDraft("k", "ordering", "?", ordering=("甲", "乙")), ["steps_count"]),
        (
            ItemDraft(
                "k",
                "matching",
                "?",
                matching=MatchingDraft(("一", "二"), ("子", "丑"), ((0, 9),)),
            ),
            ["pairs_bad", "pairs_bad"],
        ),
        (ItemDraft("k", "short_answer", "?"), ["rubric_missing"]),
        (
            ItemDraft("k", "true_false", "?", truth=True, difficulty=Decimal(0)),
            ["difficulty_range"],
        ),
    ],
)
def test_incomplete_draft_is_refused_with_its_reason(draft, codes):
    assert [problem.code for problem in draft_problems(draft)] == codes
