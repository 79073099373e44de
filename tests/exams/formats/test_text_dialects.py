"""GIFT and Aiken as other systems write them."""

from decimal import Decimal

import pytest

from exams.data import MatchingDraft, NumericDraft
from exams.formats import Defaults, read_items

PLANS = Defaults(aspect="plans")


def read(text: str, dialect: str = "gift"):
    return read_items(text.encode(), dialect, PLANS)


def only(text: str):
    reading = read(text)
    assert reading.rejected == ()
    return [entry.draft for entry in reading.accepted]


def test_category_gives_topic_aspect_and_tag():
    (draft,) = only(
        "$CATEGORY: $course$/top/安全/应急演练/频次\n\n::题一::多久一次？{=半年 ~一年}"
    )

    assert (draft.aspect, draft.topic) == ("drills", "频次")
    assert draft.tags == ("安全/应急演练/频次",)


def test_comment_gives_key_and_tags():
    (draft,) = only("// [id:own-7] [tag:夜班] [tag:level:apply]\n哪个？{=甲 ~乙}")

    assert (draft.key, draft.tags, draft.level) == ("own-7", ("夜班",), "apply")


@pytest.mark.parametrize(
    ("answers", "kind", "name", "value"),
    [
        ("{T}", "true_false", "truth", True),
        ("{FALSE#错}", "true_false", "truth", False),
        ("{=甲 =乙 =%100%丙}", "fill_in", "blanks", (("甲", "乙", "丙"),)),
        ("{#30:0.5}", "numeric", "numeric", NumericDraft(Decimal(30), Decimal("0.5"))),
        ("{#1..3}", "numeric", "numeric", NumericDraft(Decimal(2), Decimal(1))),
        ("{#=5}", "numeric", "numeric", NumericDraft(Decimal(5), Decimal(0))),
        ("{=一 -> 甲 =二 -> 乙 = -> 丙}", "matching", "matching",
         MatchingDraft(("一", "二"), ("甲", "乙", "丙"), ((0, 0), (1, 1)))),
    ],
)  # fmt: skip
def test_types_of_gift(answers, kind, name, value):
    (draft,) = only(f"题干 {answers}")

    assert (draft.type, getattr(draft, name)) == (kind, value)


def test_partial_scores_and_several_right_answers():
    (draft,) = only("选：{~%50%甲#好 ~%25%乙 ~%-50%丙 ~丁}")

    assert draft.type == "multiple_choice"
    assert [o.correct for o in draft.options] == [True, True, False, False]
    assert [o.fraction for o in draft.options] == [
        Decimal(p) / 100 for p in (50, 25, -50, 0)
    ]
    assert draft.options[0].feedback == "好"


def test_equal_shares_are_nothing_special():
    (draft,) = only("选：{~%50%甲 ~%50%乙 ~丙}")

    assert {o.fraction for o in draft.options} == {None}


def test_missing_word_leaves_a_gap():
    (draft,) = only("企业应当每 {=半年 =六个月} 演练一次。")

    assert draft.stem == "企业应当每 ____ 演练一次。"


def test_escapes_and_general_feedback():
    (draft,) = only(r"a \= b \{c\}？{=x\~y ~z\#1 ####因为 \: 如此}")

    assert draft.stem == "a = b {c}？"
    assert [o.text for o in draft.options] == ["x~y", "z#1"]
    assert draft.rationale == "因为 : 如此"


def test_html_is_cleaned():
    (draft,) = only('[html]<p onclick\\="x()">看<script>x()</script><b>图</b></p>{T}')

    assert (draft.markup, draft.stem) == ("html", "<p>看<b>图</b></p>")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("只有说明", "answer_missing"),
        ("问？{~甲 ~乙}", "key_count"),
        ("问？{=甲 =%50%乙}", "partial_alternative"),
        ("问？{#=1 =%50%2}", "several_numbers"),
        ("问？{#abc}", "answer_number"),
        ("问？{随便写}", "answer_unreadable"),
        ("问 {=a} 又 {=b}", "braces"),
        ("问？{~%900%甲 ~乙}", "fraction_bad"),
    ],
)
def test_gift_that_cannot_come_in_names_its_line(text, code):
    reading = read(f"好题 {{T}}\n\n// 注\n{text}\n")

    (refused,) = reading.rejected
    assert (refused.place.unit, refused.place.number) == ("line", 3)
    assert refused.problems[0].code == code
    assert len(reading.accepted) == 1


AIKEN = "第一题\n有两行\nA. 甲\nB) 乙\nANSWER: B\n\n"


def test_aiken():
    (entry,) = read(AIKEN, "auto").accepted

    assert entry.draft.stem == "第一题\n有两行"
    assert [(o.text, o.correct) for o in entry.draft.options] == [
        ("甲", False),
        ("乙", True),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("题\nA. 甲\nB. 乙\nANSWER: C\n", "answer_letters"),
        ("题\nA. 甲\n走失的行\nB. 乙\nANSWER: A\n", "line_stray"),
        ("题\nA. 甲\nANSWER: A\n", "options_count"),
        ("题\nA. 甲\nB. 乙\n", "answer_missing"),
    ],
)
def test_aiken_that_cannot_come_in_names_its_line(text, code):
    reading = read(AIKEN + text, "aiken")

    (refused,) = reading.rejected
    assert (refused.place.number, refused.problems[0].code) == (7, code)
    assert len(reading.accepted) == 1
