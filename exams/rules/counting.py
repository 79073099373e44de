"""How many different forms a bank gives. Update docs/algorithms/assembly.md.

Every item that fits cells a and b contributes 1 + x_a + x_b to a generating function
(it stays out, or stands in one of them); enemies contribute together, by their choices
that put no two of them into one form. The number of forms is the coefficient of
x_a^n_a · x_b^n_b · …. Cells that share no item and no enemies are counted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, prod

from exams.rules.assembly import Candidate, Cell, supplies

MOST_TERMS = 1_000_000
MOST_ENEMIES = 12

Powers = tuple[int, ...]
Polynomial = dict[Powers, int]


@dataclass(frozen=True, slots=True)
class FormCount:
    """How many forms; when not exact, an upper bound."""

    number: int
    is_exact: bool


def count_forms(cells: Sequence[Cell], pool: Sequence[Candidate]) -> FormCount:
    """Different forms, enemies and competing cells taken into account."""
    fits = {i.id: tuple(n for n, c in enumerate(cells) if c.takes(i)) for i in pool}
    items = [item for item in pool if fits[item.id]]
    clans = _clans(items)
    parts = _parts(len(cells), [[fits[i.id] for i in clan] for clan in clans])
    counts = []
    for part in parts:
        own = [clan for clan in clans if fits[clan[0].id][0] in part]
        count = _count_part(sorted(part), cells, own, fits)
        if count is None:
            upper = prod(comb(s.found, s.cell.count) for s in supplies(cells, items))
            return FormCount(upper, is_exact=False)
        counts.append(count)
    return FormCount(prod(counts), is_exact=True)


def _clans(items: Sequence[Candidate]) -> list[list[Candidate]]:
    """Items joined by enmity, directly or through others; most stand alone."""
    known = {item.id for item in items}
    foes: dict[int, set[int]] = {item.id: set() for item in items}
    for item in items:
        for foe in item.enemies & known:
            foes[item.id].add(foe)
            foes[foe].add(item.id)
    by_id = {item.id: item for item in items}
    clans, seen = [], set()
    for item in items:
        if item.id in seen:
            continue
        clan, waiting = [], [item.id]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                clan.append(by_id[one])
                waiting += foes[one] - seen
        clans.append(clan)
    return clans


def _parts(size: int, joined: list[list[Powers]]) -> list[set[int]]:
    """Cells in groups that share items or enemies."""
    group = {n: {n} for n in range(size)}
    for places in joined:
        merged = set().union(*(group[n] for place in places for n in place))
        for n in merged:
            group[n] = merged
    return list({id(part): part for part in group.values()}.values())


def _count_part(
    part: list[int],
    cells: Sequence[Cell],
    clans: list[list[Candidate]],
    fits: dict[int, Powers],
) -> int | None:
    """Forms of these cells alone; None when counting would take too long."""
    wanted = tuple(cells[n].count for n in part)
    place = {n: k for k, n in enumerate(part)}
    size = len(part)
    if any(len(clan) > MOST_ENEMIES for clan in clans):
        return None
    alike = Counter(
        tuple(place[n] for n in fits[clan[0].id]) for clan in clans if len(clan) == 1
    )
    factors = [_clan_choices(clan, fits, place) for clan in clans if len(clan) > 1]
    for places, number in alike.items():
        if len(places) == 1:
            factors.append(_some_of(number, places[0], wanted))
        else:
            factors += [_alone(places, size)] * number
    states = prod(count + 1 for count in wanted)
    if states * sum(len(factor) for factor in factors) > MOST_TERMS:
        return None
    total: Polynomial = {(0,) * size: 1}
    for factor in factors:
        total = _times(total, factor, wanted)
    return total.get(wanted, 0)


def _some_of(number: int, place: int, wanted: Powers) -> Polynomial:
    """Any of so many items that all fit one cell only."""
    return {
        tuple(n if k == place else 0 for k in range(len(wanted))): comb(number, n)
        for n in range(min(number, wanted[place]) + 1)
    }


def _alone(places: Powers, size: int) -> Polynomial:
    choices: Polynomial = {(0,) * size: 1}
    for place in places:
        choices[tuple(int(k == place) for k in range(size))] = 1
    return choices


def _clan_choices(
    clan: list[Candidate], fits: dict[int, Powers], place: dict[int, int]
) -> Polynomial:
    """Every way to use members of a clan that leaves no two enemies together."""
    size = len(place)
    found: Polynomial = defaultdict(int)

    def choose(rest: list[Candidate], chosen: list[Candidate], powers: Powers) -> None:
        if not rest:
            found[powers] += 1
            return
        one, *others = rest
        choose(others, chosen, powers)
        if any(one.id in c.enemies or c.id in one.enemies for c in chosen):
            return
        for n in fits[one.id]:
            more = tuple(p + (k == place[n]) for k, p in enumerate(powers))
            choose(others, [*chosen, one], more)

    choose(clan, [], (0,) * size)
    return dict(found)


def _times(one: Polynomial, other: Polynomial, wanted: Powers) -> Polynomial:
    product: Polynomial = defaultdict(int)
    for powers, n in one.items():
        for more, m in other.items():
            summed = tuple(a + b for a, b in zip(powers, more, strict=True))
            if all(p <= w for p, w in zip(summed, wanted, strict=True)):
                product[summed] += n * m
    return dict(product)
