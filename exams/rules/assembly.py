"""Drawing a form from the bank under constraints. Update docs/algorithms/assembly.md.

Greedy first: it is quick and its choice is easy to explain. Where it gets stuck
although a form exists (enemy items, narrow cells), a constraint solver decides.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from ortools.sat.python import cp_model

SOLVER_SECONDS = 5.0
GREEDY_TRIES = 6
# How far the mean difficulty of a form may lie from that of the bank behind its cells,
# before questions are exchanged; intended difficulties are written in steps of 0.05.
BALANCED = Decimal("0.005")
MOST_EXCHANGES = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the draw must know of one item, or of one case set as a whole."""

    id: int
    size: int
    type: str
    aspect: str
    topic: str
    level: str
    sectors: frozenset[str]
    difficulty: Decimal
    exposure: int
    enemies: frozenset[int]
    is_case_set: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a blueprint; empty words mean any."""

    id: int
    count: int
    points: Decimal
    case_set: bool = False
    type: str = ""
    aspect: str = ""
    topic: str = ""
    level: str = ""
    sector: str = ""

    def takes(self, item: Candidate) -> bool:
        """This item may stand in this cell."""
        return (
            item.is_case_set == self.case_set
            and (not self.type or item.type == self.type)
            and (not self.aspect or item.aspect == self.aspect)
            and (not self.topic or item.topic == self.topic)
            and (not self.level or item.level == self.level)
            and (not self.sector or not item.sectors or self.sector in item.sectors)
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What a form may share with others.

    ``earlier`` are items of the candidate's earlier attempts, of which at most
    ``max_overlap`` may return (None: as few as possible). ``exposure_ceiling``
    bars items that were used in too many forms already.
    """

    earlier: frozenset[int] = frozenset()
    neighbours: frozenset[int] = frozenset()
    max_overlap: int | None = None
    exposure_ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """One drawn item and the cell it fills."""

    cell: Cell
    item: Candidate


@dataclass(frozen=True, slots=True)
class CellSupply:
    """How well the bank fills one cell."""

    cell: Cell
    found: int

    @property
    def is_short(self) -> bool:
        """Fewer items than the cell wants."""
        return self.found < self.cell.count


class Unfillable(Exception):
    """No form exists under the constraints; ``short`` names the narrow cells."""

    def __init__(self, short: tuple[CellSupply, ...]) -> None:
        self.short = short
        super().__init__("unfillable")


def usable(pool: Iterable[Candidate], limits: Limits) -> list[Candidate]:
    """The pool without the items that were shown too often."""
    ceiling = limits.exposure_ceiling
    return [item for item in pool if ceiling is None or item.exposure < ceiling]


def supplies(cells: Sequence[Cell], pool: Sequence[Candidate]) -> list[CellSupply]:
    """For every cell, how many items fit."""
    return [CellSupply(c, sum(c.takes(item) for item in pool)) for c in cells]


def draw_form(
    cells: Sequence[Cell], pool: Iterable[Candidate], *, seed: int, limits: Limits
) -> list[Pick]:
    """Items for every cell, in the order of the blueprint; deterministic by seed."""
    items = usable(pool, limits)
    short = tuple(s for s in supplies(cells, items) if s.is_short)
    if short:
        raise Unfillable(short)
    for attempt in range(GREEDY_TRIES):
        rng = random.Random(f"{seed}/{attempt}")  # noqa: S311 -- a seed, not a secret
        picks = _draw_greedily(cells, items, limits, rng)
        if picks is not None:
            return _balance(picks, items, limits, target_difficulty(cells, items))
    return _draw_by_solver(cells, items, limits, seed)


def target_difficulty(cells: Sequence[Cell], items: Sequence[Candidate]) -> Decimal:
    """The mean intended difficulty that every form of these cells should have."""
    total, places = Decimal(0), 0
    for cell in cells:
        fitting = [item.difficulty for item in items if cell.takes(item)]
        if fitting:
            total += cell.count * sum(fitting, Decimal(0)) / len(fitting)
            places += cell.count
    return total / places if places else Decimal(0)


def _balance(
    picks: list[Pick], items: list[Candidate], limits: Limits, target: Decimal
) -> list[Pick]:
    """Exchange questions for equally fresh ones until the form is of middling difficulty.

    Each exchange takes the one that brings the mean nearest; no rule of the draw is
    touched, because the newcomer is no enemy and was not seen more often.
    """
    picks = list(picks)
    costs = {item.id: _cost(item, limits) for item in items}
    fitting = {
        cell.id: [item for item in items if cell.takes(item)]
        for cell in {pick.cell for pick in picks}
    }
    for _ in range(MOST_EXCHANGES):
        gap = target * len(picks) - sum((p.item.difficulty for p in picks), Decimal(0))
        if abs(gap) <= BALANCED * len(picks):
            break
        best = min(
            _exchanges(picks, fitting, costs),
            key=lambda change: abs(gap - change[2]),
            default=None,
        )
        if best is None or abs(gap - best[2]) >= abs(gap):
            break
        place, newcomer, _change = best
        picks[place] = Pick(picks[place].cell, newcomer)
    return picks


def _exchanges(
    picks: list[Pick],
    fitting: dict[int, list[Candidate]],
    costs: dict[int, tuple[int, int, int]],
) -> Iterable[tuple[int, Candidate, Decimal]]:
    """Every question that may take another's place, and what that changes."""
    used = {pick.item.id for pick in picks}
    for place, (cell, old) in enumerate((p.cell, p.item) for p in picks):
        for item in fitting[cell.id]:
            if item.id in used or costs[item.id] > costs[old.id]:
                continue
            if item.difficulty != old.difficulty and _is_nobodys_enemy(
                item, picks, old, used
            ):
                yield place, item, item.difficulty - old.difficulty


def _is_nobodys_enemy(
    item: Candidate, picks: list[Pick], old: Candidate, used: set[int]
) -> bool:
    """The newcomer may stand beside every question but the one it replaces."""
    if item.enemies & (used - {old.id}):
        return False
    return not any(
        item.id in pick.item.enemies for pick in picks if pick.item is not old
    )


def _cost(item: Candidate, limits: Limits) -> tuple[int, int, int]:
    return (
        item.id in limits.earlier,
        item.id in limits.neighbours,
        item.exposure,
    )


def _draw_greedily(
    cells: Sequence[Cell], items: list[Candidate], limits: Limits, rng: random.Random
) -> list[Pick] | None:
    """Narrowest cell first; least seen items first; None when stuck."""
    taken: dict[int, list[Candidate]] = {}
    used: set[int] = set()
    barred: set[int] = set()
    repeats = 0
    fitting = {cell.id: [i for i in items if cell.takes(i)] for cell in cells}
    for cell in sorted(cells, key=lambda c: len(fitting[c.id]) - c.count):
        mixed = list(fitting[cell.id])
        rng.shuffle(mixed)
        mixed.sort(key=lambda item: _cost(item, limits))
        chosen: list[Candidate] = []
        for item in mixed:
            if len(chosen) == cell.count:
                break
            again = item.id in limits.earlier
            full = limits.max_overlap is not None and repeats >= limits.max_overlap
            if item.id in used or item.id in barred or (again and full):
                continue
            chosen.append(item)
            used.add(item.id)
            barred |= item.enemies
            repeats += again
        if len(chosen) < cell.count:
            return None
        taken[cell.id] = chosen
    return [Pick(cell, item) for cell in cells for item in taken[cell.id]]


def _draw_by_solver(
    cells: Sequence[Cell], items: list[Candidate], limits: Limits, seed: int
) -> list[Pick]:
    """The same question as a 0/1 programme, for banks where greedy gets stuck."""
    model = cp_model.CpModel()
    variables = {
        (cell.id, item.id): model.new_bool_var(f"{cell.id}-{item.id}")
        for cell in cells
        for item in items
        if cell.takes(item)
    }
    for cell in cells:
        fits = [v for (cell_id, _), v in variables.items() if cell_id == cell.id]
        model.add(sum(fits) == cell.count)
    by_item: dict[int, list[cp_model.IntVar]] = {item.id: [] for item in items}
    for (_, item_id), variable in variables.items():
        by_item[item_id].append(variable)
    for chosen in by_item.values():
        model.add(sum(chosen) <= 1)
    for one, other in combinations(items, 2):
        if other.id in one.enemies or one.id in other.enemies:
            model.add(sum(by_item[one.id]) + sum(by_item[other.id]) <= 1)
    again = [v for item_id in limits.earlier for v in by_item.get(item_id, [])]
    if limits.max_overlap is not None:
        model.add(sum(again) <= limits.max_overlap)
    near = [v for item_id in limits.neighbours for v in by_item.get(item_id, [])]
    seen = [item.exposure * v for item in items for v in by_item[item.id]]
    hardness = [
        int(1000 * item.difficulty) * v for item in items for v in by_item[item.id]
    ]
    wanted = sum(cell.count for cell in cells)
    goal = int(1000 * target_difficulty(cells, items) * wanted)
    gap = model.new_int_var(0, 1000 * wanted, "gap")
    model.add_abs_equality(gap, sum(hardness) - goal)
    model.minimize(100_000 * sum(again) + 5000 * sum(near) + 100 * sum(seen) + gap)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = SOLVER_SECONDS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise Unfillable(tuple(supplies(cells, items)))
    return [
        Pick(cell, item)
        for cell in cells
        for item in items
        if (cell.id, item.id) in variables and solver.value(variables[cell.id, item.id])
    ]


def mean_difficulty(picks: Iterable[Pick]) -> Decimal:
    """Mean intended facility of a form, for the balance shown to the author."""
    values = [pick.item.difficulty for pick in picks]
    if not values:
        return Decimal(0)
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.001"))
