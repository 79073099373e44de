"""Texts that say nearly the same are found, however many there are."""

import random
from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from exams.question_types.base import normalised
from exams.rules.similarity import ALIKE_FROM, BLOCK, COLUMNS, alike, sign_rows


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

    expected = {
        (a, b)
        for a, b in combinations(known, 2)
        if fuzz.ratio(normalised(known[a]), normalised(known[b])) >= ALIKE_FROM
    }
    assert {(pair.one, pair.other) for pair in alike(known)} == expected


def test_no_pair_is_missed_among_more_signs_and_texts_than_have_columns_of_their_own():
    rng = random.Random(5)  # noqa: S311 -- repeatable
    signs = [chr(0x4E00 + n) for n in range(COLUMNS * 2)]
    texts = ["".join(rng.choices(signs, k=20)) for _ in range(BLOCK + 50)]
    texts += [text[:8] + "改" + text[9:] for text in texts[:: BLOCK // 4]]
    known = dict(enumerate(texts))

    expected = {
        (a, b)
        for a, b in combinations(known, 2)
        if fuzz.ratio(texts[a], texts[b]) >= ALIKE_FROM
    }
    assert {(pair.one, pair.other) for pair in alike(known)} == expected
    assert len(expected) >= len(texts) - BLOCK - 50


@given(st.text("甲乙丙", max_size=9), st.text("甲乙丙", max_size=9))
def test_product_of_two_rows_counts_the_signs_that_both_hold(one, other):
    rows = sign_rows([one, other])

    shared = sum((Counter(one) & Counter(other)).values())
    assert rows[0] @ rows[1] == shared


def test_progress_is_told_to_the_last_text():
    told = []

    alike({n: f"第{n}题" for n in range(BLOCK + 1)}, told=told.append)

    assert told == [BLOCK, BLOCK + 1]
