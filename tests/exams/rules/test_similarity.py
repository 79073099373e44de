"""Texts that say nearly the same are found, however many there are."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from exams.question_types.base import normalised
from exams.rules.similarity import ALIKE_FROM, OVERLAP, alike, shingles


def test_near_twins_are_found_the_most_alike_first():
    texts = {
        1: "企业应当每半年至少组织一次应急预案演练。",
        2: "企业应当每半年至少组织一次应急预案演练",
        3: "企业应当每半年至少组织一次应急预案的演练。",
        4: "主要负责人签署应急预案。",
    }

    found = [(pair.one, pair.other, pair.percent) for pair in alike(texts)]

    assert found == [(1, 2, 100), (1, 3, 97), (2, 3, 97)]


def test_width_case_and_spaces_make_no_difference():
    found = alike({1: "ＡＢＣ 企业", 2: "abc企业。"})  # noqa: RUF001

    assert [pair.percent for pair in found] == [100]


TEXTS = st.lists(st.text("甲乙丙丁戊", min_size=1, max_size=12), max_size=12)


@given(TEXTS)
def test_no_pair_is_missed_that_comparing_all_would_find(texts):
    known = dict(enumerate(texts))

    def is_alike(one: str, other: str) -> bool:
        a, b = shingles(one), shingles(other)
        overlap = len(a & b) / len(a | b)
        ratio = fuzz.ratio(normalised(one), normalised(other))
        return overlap >= OVERLAP and ratio >= ALIKE_FROM

    expected = {
        (a, b) for a, b in combinations(known, 2) if is_alike(known[a], known[b])
    }
    assert {(pair.one, pair.other) for pair in alike(known)} == expected
