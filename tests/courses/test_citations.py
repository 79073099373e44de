"""Citations in the ways people write them, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.citations import (
    Citation,
    CitationContext,
    canonical_law,
    cn_to_int,
    int_to_cn,
    parse_citations,
    parse_key,
)
from courses.citations.abbreviations import STATUTE_NAMES

HERE = CitationContext("AQSCF", 97, paragraph=3)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("《安全生产法》第九十七条第一款第（六）项", ["AQSCF:97.1.6"]),
        ("安法97(1)(6)", ["AQSCF:97.1.6"]),
        ("安法97（1）（6）", ["AQSCF:97.1.6"]),
        ("安全生产法第97条第1款第6项", ["AQSCF:97.1.6"]),
        ("《安全生产法》97条1款6项", ["AQSCF:97.1.6"]),
        ("《安全生产法》第９７条", ["AQSCF:97"]),
        ("《安全生产法》第九十七条第（一）项", ["AQSCF:97..1"]),
        ("《安全生产法》第八十二条、第八十三条", ["AQSCF:82", "AQSCF:83"]),
        ("《安全生产法》第八十二、八十三条", ["AQSCF:82", "AQSCF:83"]),
        ("《安全生产法》(2014) 第四条、第五条", ["AQSCF:4", "AQSCF:5"]),
        (
            "违反《安全生产法》第八十二条的，该法第九条第二款",
            ["AQSCF:82", "AQSCF:9.2"],
        ),
        (
            "《中华人民共和国行政处罚法》第三十三条第一款、第二款和第五十一条",
            ["XZCFF:33.1", "XZCFF:33.2", "XZCFF:51"],
        ),
        (
            "《安全生产法》第九十四条至第九十六条",
            ["AQSCF:94", "AQSCF:95", "AQSCF:96"],
        ),
        (
            "安全生产法第九十七条第一款第（一）项至第（三）项",
            ["AQSCF:97.1.1", "AQSCF:97.1.2", "AQSCF:97.1.3"],
        ),
        ("《刑法》第一百三十四条之一第（三）项", ["XF:134-1..3"]),
        ("《治安管理处罚法》第六十条", ["ZAGLCFF:60"]),
        ("应急条例 第三十二条", ["YJTL:32"]),
        ("《安全生产法》第一百〇五条", ["AQSCF:105"]),
        ("《危险化学品安全法》第九十一条第二款", ["WHPAQF:91.2"]),
        ("《某某办法》第三条", ["《某某办法》:3"]),
        ("煤炭法第三条", [":3"]),
        ("第三条", [":3"]),
        ("刑法2015年修正，安全生产法共119条规定", []),
        ("本条例自公布之日起施行，第三项任务", []),
    ],
)
def test_written_forms_are_read(text: str, keys: list[str]) -> None:
    assert [citation.key for citation in parse_citations(text)] == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("依照前款规定", ["AQSCF:97.2"]),
        ("前两款规定", ["AQSCF:97.1", "AQSCF:97.2"]),
        ("前款第（三）项", ["AQSCF:97.2.3"]),
        ("前条规定", ["AQSCF:96"]),
        ("本条第一款第（二）项", ["AQSCF:97.1.2"]),
        ("第二款", ["AQSCF:97.2"]),
        ("本法第八十二条", ["AQSCF:82"]),
        ("第八十二条、第八十三条", ["AQSCF:82", "AQSCF:83"]),
        ("《刑法》第一百三十九条，第五条", ["XF:139", "XF:5"]),
        ("依照《刑法》追究；违反第五条的", ["AQSCF:5"]),
    ],
)
def test_relative_references_stand_inside_a_statute(text: str, keys: list[str]) -> None:
    assert [citation.key for citation in parse_citations(text, HERE)] == keys


def test_span_covers_the_words_found() -> None:
    text = "依据《安全生产法》第四条、第五条处理"

    first, second = parse_citations(text)

    assert (first.raw, second.raw) == ("《安全生产法》第四条", "第五条")
    assert text[second.start : second.end] == "第五条"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (115, "一百一十五"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1050, "一千零五十"),
    ],
)
def test_numerals_are_written_as_statutes_write_them(number: int, words: str) -> None:
    assert int_to_cn(number) == words
    assert cn_to_int(words) == number


def test_every_numeral_comes_back() -> None:
    assert [cn_to_int(int_to_cn(number)) for number in range(10000)] == list(
        range(10000)
    )


@pytest.mark.parametrize("words", ["", "三三十", "十百", "法", "百千一"])
def test_what_is_no_numeral_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"numeral|digits|units"):
        cn_to_int(words)


def places() -> st.SearchStrategy[Citation]:
    laws = st.sampled_from([name.code for name in STATUTE_NAMES] + ["《某市条例》"])
    small = st.integers(1, 60)

    def build(
        law: str, article: int, sub: int, depth: int, numbers: tuple[int, int, int]
    ) -> Citation:
        paragraph, item, subitem = numbers
        return Citation(
            law,
            article,
            sub,
            paragraph if depth in (1, 2, 3) else None,
            item if depth in (2, 3, 4) else None,
            subitem if depth == 3 else None,
        )

    return st.builds(
        build,
        laws,
        st.integers(1, 1000),
        st.integers(0, 5),
        st.integers(0, 4),
        st.tuples(small, small, small),
    )


@given(places())
def test_key_and_words_come_back_as_the_same_place(place: Citation) -> None:
    assert parse_key(place.key) == place
    assert parse_citations(place.text) == [place]


@given(
    st.text(
        alphabet="《》安全生产法第一二十百条款项目（）()、至之前本该0123456789 ",
        max_size=60,
    )
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for citation in parse_citations(text, HERE):
        assert citation.raw == text[citation.start : citation.end]
        assert citation.article >= 1


@pytest.mark.parametrize("key", ["", "AQSCF", "AQSCF:", "AQSCF:x", "AQSCF:1.2.3.4.5"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a citation key"):
        parse_key(key)


def test_no_name_means_two_statutes() -> None:
    names = [n for s in STATUTE_NAMES for n in (s.code, s.title, *s.aliases)]

    assert len(names) == len(set(names))
    assert all(canonical_law(s.title) == s.code for s in STATUTE_NAMES)
