"""The draw keeps every constraint and repeats itself by seed."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.rules import assembly
from exams.rules.assembly import (
    Candidate,
    Cell,
    Limits,
    Unfillable,
    draw_form,
    mean_difficulty,
    target_difficulty,
)


def item(pk, aspect="plans", enemies=(), exposure=0, kind="single_choice"):
    return Candidate(
        id=pk,
        size=1,
        type=kind,
        aspect=aspect,
        topic="",
        level="know",
        sectors=frozenset({"hazchem"}),
        difficulty=Decimal("0.6"),
        exposure=exposure,
        enemies=frozenset(enemies),
    )


POOL = [item(pk, aspect) for pk, aspect in enumerate(["plans", "team"] * 10, start=1)]
CELLS = [
    Cell(1, 3, Decimal(2), aspect="plans"),
    Cell(2, 4, Decimal(1), aspect="team"),
]


@given(st.integers(0, 10**9))
@settings(max_examples=50)
def test_form_fills_every_cell_without_repeats(seed):
    picks = draw_form(CELLS, POOL, seed=seed, limits=Limits())

    assert Counter(pick.cell.id for pick in picks) == {1: 3, 2: 4}
    assert len({pick.item.id for pick in picks}) == 7


def test_same_seed_gives_same_form():
    assert draw_form(CELLS, POOL, seed=7, limits=Limits()) == draw_form(
        CELLS, POOL, seed=7, limits=Limits()
    )


def test_enemies_never_meet_although_greedy_gets_stuck():
    pool = [
        item(1, enemies=[2, 3]),
        item(2, enemies=[1]),
        item(3, enemies=[1]),
        item(4),
    ]

    drawn = {
        p.item.id
        for p in draw_form([Cell(1, 3, Decimal(1))], pool, seed=1, limits=Limits())
    }

    assert drawn == {2, 3, 4}


def test_earlier_items_return_at_most_as_often_as_allowed():
    limits = Limits(earlier=frozenset(range(1, 17)), max_overlap=3)

    picks = draw_form(CELLS, POOL, seed=3, limits=Limits(limits.earlier, max_overlap=4))

    assert sum(p.item.id in limits.earlier for p in picks) <= 4
    with pytest.raises(Unfillable):
        draw_form(CELLS, POOL, seed=3, limits=Limits(limits.earlier, max_overlap=2))


def test_items_shown_too_often_are_barred():
    pool = [item(1, exposure=5), item(2), item(3)]
    cell = [Cell(1, 2, Decimal(1))]

    picks = draw_form(cell, pool, seed=1, limits=Limits(exposure_ceiling=5))

    assert {p.item.id for p in picks} == {2, 3}


def test_least_seen_items_come_first():
    pool = [item(pk, exposure=pk) for pk in range(1, 6)]

    picks = draw_form([Cell(1, 2, Decimal(1))], pool, seed=9, limits=Limits())

    assert {p.item.id for p in picks} == {1, 2}


def test_unfillable_names_the_narrow_cell():
    with pytest.raises(Unfillable) as refusal:
        draw_form(
            [Cell(1, 11, Decimal(1), aspect="team")], POOL, seed=1, limits=Limits()
        )

    assert [(s.cell.id, s.found) for s in refusal.value.short] == [(1, 10)]


def of_difficulty(pk, percent):
    return replace(item(pk), difficulty=Decimal(percent) / 100)


def test_every_form_is_of_the_same_difficulty():
    pool = [of_difficulty(pk, 20 + 3 * (pk % 25)) for pk in range(1, 61)]
    cell = [Cell(1, 20, Decimal(1))]
    middle = target_difficulty(cell, pool)

    means = [
        mean_difficulty(draw_form(cell, pool, seed=seed, limits=Limits()))
        for seed in range(12)
    ]

    assert max(abs(mean - middle) for mean in means) <= Decimal("0.006")
    assert len(set(means)) > 1 or means[0] == middle.quantize(Decimal("0.001"))


def test_balance_prefers_no_item_that_was_seen_more_often():
    pool = [of_difficulty(pk, 90) for pk in range(1, 6)]
    pool += [replace(of_difficulty(9, 10), exposure=7)]

    picks = draw_form([Cell(1, 3, Decimal(1))], pool, seed=1, limits=Limits())

    assert 9 not in {pick.item.id for pick in picks}


def test_solver_balances_where_greedy_gets_stuck(monkeypatch):
    monkeypatch.setattr(assembly, "GREEDY_TRIES", 0)
    pool = [of_difficulty(pk, 20 + 6 * (pk % 11)) for pk in range(1, 23)]
    cell = [Cell(1, 6, Decimal(1))]

    picks = draw_form(cell, pool, seed=5, limits=Limits())

    gap = abs(mean_difficulty(picks) - target_difficulty(cell, pool))
    assert gap <= Decimal("0.006")
