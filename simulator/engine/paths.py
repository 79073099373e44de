"""The cheapest way to full marks, derived from the key.

Shown in the debrief beside the candidate's own path, played by the expert bot,
and measured by the publication check against the budget.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.engine.case import Case, CaseItem, Option, Source


@dataclass(frozen=True)
class Route:
    """What to look at, in walking order, and what to prove each item with."""

    sources: tuple[str, ...]
    proofs: dict[str, tuple[str, ...]]
    cost_min: int = field(default=0)


def expert_route(case: Case) -> Route:
    """A route that earns full detection, evidence and coverage.

    Greedy per item: of the ways to prove it, the one that adds the fewest
    minutes to what is looked at already.
    """
    chosen: dict[str, Source] = {}
    proofs: dict[str, tuple[str, ...]] = {}
    for item in case.applicable:
        ways = _ways(item)
        if not ways:
            continue
        best = min(ways, key=lambda way: _added(case, way, chosen))
        if item.truth == "violation":
            proofs[item.id] = best
        for atom in best:
            for source in _needed(case, atom):
                chosen[source.id] = source
    ordered = walking_order(case, chosen.values())
    return Route(
        tuple(s.id for s in ordered), proofs, _cost(case, ordered, proofs)
    )  # fmt: skip


def see_everything_cost(case: Case) -> int:
    """Minutes to look at every thing, paper, person and test once."""
    sources = walking_order(case, case.sources.values())
    return sum(s.cost_min for s in sources) + _moves(case, sources)


def best_option(item: CaseItem) -> Option | None:
    """The accepted way of dealing with the item that earns most."""
    if item.disposal is None:
        return None
    options = [o for o in item.disposal.accept if o.verified]
    return max(options, key=lambda option: option.credit, default=None)


def _ways(item: CaseItem) -> list[tuple[str, ...]]:
    """The sets of atoms, each enough for full marks on the item."""
    if item.truth == "violation":
        if item.evidence is None:
            return []
        full = item.evidence.full_if
        return [tuple(dict.fromkeys((*c, *full))) for c in item.evidence.any_of]
    if not item.must_check or not item.look:
        return []
    return [item.look] if item.trap else [(atom,) for atom in item.look]


def _added(case: Case, way: Iterable[str], chosen: dict[str, Source]) -> int:
    new = {s.id: s for atom in way for s in _needed(case, atom)}
    return sum(s.cost_min for key, s in new.items() if key not in chosen)


def _needed(case: Case, atom: str, depth: int = 0) -> tuple[Source, ...]:
    """The cheapest source of an atom, after what it needs shown first."""
    offers = [s for s in case.sources_of.get(atom, ()) if atom in s.reveals]
    if not offers or depth > 5:
        return ()
    ways = [
        (*(n for a in s.requires for n in _needed(case, a, depth + 1)), s)
        for s in offers
    ]
    return min(ways, key=lambda way: sum(s.cost_min for s in way))


def walking_order(case: Case, sources: Iterable[Source]) -> list[Source]:
    """Scene by scene, coming back only for what could not be had before."""
    left, gained = {s.id: s for s in sources}, set[str]()
    ordered: list[Source] = []
    places = [scene.id for scene in case.scenes]
    while left:
        before = len(left)
        for place in places:
            reachable = True
            while reachable:
                reachable = False
                for source in list(left.values()):
                    if source.at == place and set(source.requires) <= gained:
                        ordered.append(left.pop(source.id))
                        gained |= set(source.all_reveals)
                        reachable = True
        if len(left) == before:
            break
    return ordered


def _moves(case: Case, ordered: Iterable[Source]) -> int:
    at, cost = case.scenes[0].id, 0
    for source in ordered:
        if source.at != at:
            cost, at = cost + case.budget.move_scene, source.at
    return cost


def _cost(case: Case, ordered: list[Source], proofs: dict[str, tuple[str, ...]]) -> int:
    recorded = [
        i for i in case.applicable if i.must_check or i.truth == "violation"
    ]  # fmt: skip
    fixed = {atom for proof in proofs.values() for atom in proof}
    costs = case.budget
    return (
        sum(s.cost_min for s in ordered)
        + _moves(case, ordered)
        + costs.fix_evidence * len(fixed)
        + costs.record_item * len(recorded)
        + costs.notice
    )
