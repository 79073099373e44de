"""The gate before publication: can those who know pass, and only those?"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.engine.bots import CHEATS, STRATEGIES, Strategy, play
from simulator.engine.case import Case, Problem
from simulator.engine.paths import expert_route, see_everything_cost
from simulator.engine.variants import cached_variant, option_sets, options_of

SEEDS_TRIED = 20_000


@dataclass(frozen=True)
class BotRow:
    """How one strategy fares over all variants of a case."""

    strategy: Strategy
    runs: int
    mean: float
    sd: float
    lowest: float
    highest: float
    pass_rate: float


def seeds_of_variants(case: Case) -> tuple[int, ...]:
    """One seed for every variant of the case."""
    wanted = [frozenset(options.items()) for options in option_sets(case)]
    found: dict[frozenset[tuple[str, str]], int] = {}
    for seed in range(SEEDS_TRIED):
        found.setdefault(frozenset(options_of(case, seed).items()), seed)
        if len(found) == len(wanted):
            break
    return tuple(found[options] for options in wanted if options in found)


def bot_table(case: Case, runs: int = 1) -> tuple[BotRow, ...]:
    """Every strategy played `runs` times over every variant."""
    seeds, rows = seeds_of_variants(case), []
    for strategy in STRATEGIES:
        reports = [
            play(case, seed, strategy, run=n).report
            for seed in seeds
            for n in range(runs)
        ]
        totals = [report.total for report in reports]
        rows.append(
            BotRow(
                strategy=strategy,
                runs=len(reports),
                mean=round(statistics.fmean(totals), 1),
                sd=round(statistics.pstdev(totals), 1),
                lowest=min(totals),
                highest=max(totals),
                pass_rate=round(sum(r.passed for r in reports) / len(reports), 3),
            )
        )
    return tuple(rows)


def publication_problems(case: Case) -> tuple[Problem, ...]:
    """Why the case must not be published; empty means it may.

    Every variant: the expert passes inside the budget, every cheat fails, full
    marks fit the budget and seeing everything does not.
    """
    return tuple(_problems(case))


def _problems(case: Case) -> Iterator[Problem]:
    budget = case.head.time.onsite_budget_min
    for seed in seeds_of_variants(case):
        mine = cached_variant(case, seed)
        name = ", ".join(mine.options.values())
        full, everything = expert_route(mine).cost_min, see_everything_cost(mine)
        if full > budget:
            text = f"[{name}] Full marks take {full} of {budget} minutes."
            yield Problem("case.time", "budget_too_small", text)
        if everything <= budget:
            text = f"[{name}] Seeing everything takes {everything} of {budget} minutes."
            yield Problem("case.time", "budget_too_large", text)
        expert = play(case, seed, "expert").report
        if not expert.passed:
            text = f"[{name}] The expert reaches {expert.total}."
            yield Problem("scoring", "expert_fails", text)
        for strategy in CHEATS:
            report = play(case, seed, strategy).report
            if report.passed:
                text = f"[{name}] {strategy} passes with {report.total}."
                yield Problem("scoring", "cheat_passes", text)
