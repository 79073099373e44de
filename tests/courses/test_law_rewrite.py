"""Citations in written text under their new numbers, and nothing else touched."""

from __future__ import annotations

import pytest

from courses.errors import CarryByHand
from courses.queries.law_rewrite import rewrite_value, rewrite_words

MOVED = {"AQSCF:79": "AQSCF:82", "AQSCF:79.1": "AQSCF:82.1", "AQSCF:97.1.6": "YJTL:32"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("《安全生产法》第七十九条", "《安全生产法》第八十二条"),
        ("依安法79(1)处理。", "依《安全生产法》第八十二条第一款处理。"),
        (
            "<p>见<b>《安全生产法》第七十九条</b>及第八十一条。</p>",
            "<p>见<b>《安全生产法》第八十二条</b>及第八十一条。</p>",
        ),
        (
            "《安全生产法》第九十七条第一款第（一）项、第（六）项",
            "《安全生产法》第九十七条第一款第（一）项、《生产安全事故应急条例》第三十二条",
        ),
        ("《消防法》第七十九条", "《消防法》第七十九条"),
        ("没有条文", "没有条文"),
    ],
)
def test_words_follow_the_law(before: str, after: str) -> None:
    assert rewrite_words(before, MOVED) == after


@pytest.mark.parametrize(
    "words",
    [
        "《安全生产法》第七十八条至第八十条",
        "《安全生产法》第<b>七十九</b>条",
        "《安全生产法》第七十九条第一款、第二款",
    ],
)
def test_what_cannot_be_replaced_alone_is_left_to_a_person(words: str) -> None:
    moved = {"AQSCF:79": "YJTL:30", "AQSCF:79.1": "YJTL:30"}

    with pytest.raises(CarryByHand):
        rewrite_words(words, moved)


def test_blocks_are_rewritten_in_words_and_references() -> None:
    block = {"ref": "AQSCF:79", "note": "见安法79(1)", "rows": [["《消防法》第一条"]]}

    assert rewrite_value(block, MOVED) == {
        "ref": "AQSCF:82",
        "note": "见《安全生产法》第八十二条第一款",
        "rows": [["《消防法》第一条"]],
    }
