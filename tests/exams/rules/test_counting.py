"""The number of forms is the number one finds by writing all of them down."""

from decimal import Decimal
from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from exams.rules.assembly import Cell
from exams.rules.counting import FormCount, count_forms
from tests.exams.rules.test_assembly import CELLS, POOL, item


def written_down(cells, pool):
    """Every form of two cells, by brute force."""
    one, other = cells
    fits = [[i.id for i in pool if cell.takes(i)] for cell in cells]
    foes = {frozenset((i.id, e)) for i in pool for e in i.enemies}
    return sum(
        not set(first) & set(second)
        and not any(frozenset(pair) in foes for pair in combinations(first + second, 2))
        for first in combinations(fits[0], one.count)
        for second in combinations(fits[1], other.count)
    )


def test_cells_apart_multiply():
    assert count_forms(CELLS, POOL) == FormCount(120 * 210, is_exact=True)


def test_enemies_and_competing_cells_are_counted():
    pool = [item(1, enemies=[2, 3]), item(2), item(3), item(4)]
    cells = [Cell(1, 1, Decimal(1)), Cell(2, 1, Decimal(2))]

    pairs = [p for p in permutations((1, 2, 3, 4), 2) if set(p) not in ({1, 2}, {1, 3})]
    assert count_forms(cells, pool) == FormCount(len(pairs), is_exact=True)


def test_a_form_that_cannot_be_is_counted_as_none():
    pool = [item(1, enemies=[2]), item(2)]

    assert count_forms([Cell(1, 2, Decimal(1))], pool).number == 0


def test_where_counting_takes_too_long_an_upper_bound_is_said():
    pool = [item(pk) for pk in range(1, 61)]
    cells = [Cell(n, 6, Decimal(1)) for n in range(8)]

    count = count_forms(cells, pool)

    assert (count.is_exact, count.number > 0) == (False, True)


@given(
    aspects=st.lists(st.sampled_from(["plans", "team"]), min_size=3, max_size=7),
    pairs=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=5),
    counts=st.tuples(st.integers(1, 2), st.integers(1, 2)),
)
@settings(max_examples=150, deadline=None)
def test_counting_agrees_with_writing_down(aspects, pairs, counts):
    enemies = {n: {b for a, b in pairs if a == n and b != n} for n in range(7)}
    pool = [item(n, aspect, enemies[n]) for n, aspect in enumerate(aspects)]
    cells = [
        Cell(1, counts[0], Decimal(1), aspect="plans"),
        Cell(2, counts[1], Decimal(1)),
    ]

    assert count_forms(cells, pool).number == written_down(cells, pool)
