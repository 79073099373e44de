"""Every possible answer of small questions under every rule, against plain words.

The expectation is worked out here a second time from the wording in
docs/algorithms/grading.md, without the code under test.
"""

from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

import pytest

from exams.enums import ScoringRule
from exams.question_types import QUESTION_TYPES

RULES = ScoringRule.values
ALL, ZERO_IF_WRONG, SHARE, MINUS = RULES


def subsets(letters: str) -> list[list[str]]:
    return [list(c) for n in range(len(letters) + 1) for c in combinations(letters, n)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("right", subsets("ABCD")[1:], ids="".join)
@pytest.mark.parametrize("chosen", subsets("ABCD"), ids=lambda c: "".join(c) or "-")
def test_multiple_choice(right, chosen, rule):
    hits = len(set(right) & set(chosen))
    wrong = len(chosen) - hits
    share = Fraction(hits, len(right))
    loss = Fraction(wrong, 4 - len(right)) if wrong else Fraction(0)
    if not chosen:
        expected = Fraction(0)
    elif rule == ALL:
        expected = Fraction(chosen == right)
    elif rule == ZERO_IF_WRONG:
        expected = Fraction(0) if wrong else share
    elif rule == SHARE:
        expected = max(Fraction(0), share - loss)
    else:
        expected = share - loss

    key = {"right": right, "of": 4, "order": [0, 1, 2, 3]}
    assert QUESTION_TYPES["multiple_choice"].grade(chosen, key, rule) == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("size", "place"), [(s, p) for s in (2, 3, 4, 5) for p in range(s)])  # fmt: skip
def test_single_choice(size, place, rule):
    letters = "ABCDE"[:size]
    key = {"right": [letters[place]], "of": size, "order": list(range(size))}
    kind = QUESTION_TYPES["single_choice"]

    earned = {letter: kind.grade([letter], key, rule) for letter in letters}

    wrong = Fraction(-1, size - 1) if rule == MINUS else Fraction(0)
    assert earned == {
        letter: Fraction(1) if letter == letters[place] else wrong for letter in letters
    }
    assert kind.grade(None, key, rule) == 0


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("truth", "answer"), [*product([True, False], [True, False, None])]
)
def test_true_false(truth, answer, rule):
    if answer is None:
        expected = 0
    elif answer is truth:
        expected = 1
    else:
        expected = -1 if rule == MINUS else 0

    assert (
        QUESTION_TYPES["true_false"].grade(answer, {"truth": truth}, rule) == expected
    )


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("answer", list(product(["甲", "乙 ", "丙", ""], repeat=3)))
def test_fill_in(answer, rule):
    key = {"blanks": [["甲", "丙"], ["乙"], ["丙"]]}
    hits = sum(
        text.strip() in options
        for text, options in zip(answer, key["blanks"], strict=True)
    )

    whole = rule == ALL
    expected = Fraction(hits == 3) if whole else Fraction(hits, 3)
    assert QUESTION_TYPES["fill_in"].grade(list(answer), key, rule) == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("answer", list(product(["", "A", "B", "C", "D"], repeat=3)))
def test_matching(answer, rule):
    right = {"0": "B", "1": "A", "2": "D"}
    given = {str(n): letter for n, letter in enumerate(answer) if letter}
    hits = sum(right[left] == letter for left, letter in given.items())
    if hits == 3:
        expected = Fraction(1)
    elif rule == ALL or (rule == ZERO_IF_WRONG and hits < len(given)):
        expected = Fraction(0)
    else:
        expected = Fraction(hits, 3)

    earned = QUESTION_TYPES["matching"].grade(given, {"right": right}, rule)
    assert earned == expected


ORDERS = [list(p) for n in range(5) for p in permutations("ABCD", n)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("answer", ORDERS, ids=lambda a: "".join(a) or "-")
def test_ordering(answer, rule):
    neighbours = sum(a + b in "CADB" for a, b in pairwise(answer))
    if answer == list("CADB"):
        expected = Fraction(1)
    elif rule in (ALL, ZERO_IF_WRONG):
        expected = Fraction(0)
    else:
        expected = Fraction(neighbours, 3)

    earned = QUESTION_TYPES["ordering"].grade(answer, {"right": list("CADB")}, rule)
    assert earned == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("hundredths", range(2890, 3111, 5))
def test_numeric(hundredths, rule):
    key = {"value": "30", "tolerance": "0.5", "unit": "日"}
    text = f"{hundredths / 100:.2f}日"

    earned = QUESTION_TYPES["numeric"].grade(text, key, rule)

    assert earned == (1 if 2950 <= hundredths <= 3050 else 0)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", ["short_answer", "case_analysis"])
@pytest.mark.parametrize(("answer", "earned"), [(None, 0), ("一段话", None)])
def test_written_answers(kind, answer, earned, rule):
    assert QUESTION_TYPES[kind].grade(answer, {"rubric": []}, rule) == earned
