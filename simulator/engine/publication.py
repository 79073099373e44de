"""The gate before publication: can those who know pass, and only those?"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.engine.bots import CHEATS, STRATEGIES, Played, Strategy, play
from simulator.engine.case import Case, Problem
from simulator.engine.paths import expert_route, see_everything_cost
from simulator.engine.scoring import ScoreReport
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


def played_by(
    case: Case, strategies: Sequence[Strategy] = STRATEGIES, runs: int = 1
) -> tuple[Played, ...]:
    """Every strategy played `runs` times over every variant."""
    seeds = seeds_of_variants(case)
    return tuple(
        play(case, seed, strategy, run=n)
        for seed in seeds
        for strategy in strategies
        for n in range(runs)
    )


def bot_table(played: Sequence[Played]) -> tuple[BotRow, ...]:
    """How the strategies fared, one row each, in their own order."""
    return tuple(
        _row(strategy, reports)
        for strategy in STRATEGIES
        if (reports := [p.report for p in played if p.strategy == strategy])
    )


def _row(strategy: Strategy, reports: Sequence[ScoreReport]) -> BotRow:
    totals = [report.total for report in reports]
    return BotRow(
        strategy=strategy,
        runs=len(reports),
        mean=round(statistics.fmean(totals), 1),
        sd=round(statistics.pstdev(totals), 1),
        lowest=min(totals),
        highest=max(totals),
        pass_rate=round(sum(r.passed for r in reports) / len(reports), 3),
    )


def publication_problems(
    case: Case, played: Sequence[Played] | None = None
) -> tuple[Problem, ...]:
    """Why the case must not be published; empty means it may.

    Every variant: the expert passes, every cheat fails, full marks fit the budget
    and seeing everything does not. Plays the bots unless they have played already.
    """
    if played is None:
        played = played_by(case, ("expert", *CHEATS))
    return (*_budget_problems(case), *_bot_problems(case, played))


def _budget_problems(case: Case) -> Iterator[Problem]:
    budget = case.head.time.onsite_budget_min
    for seed in seeds_of_variants(case):
        mine = cached_variant(case, seed)
        full, everything = expert_route(mine).cost_min, see_everything_cost(mine)
        if full > budget:
            text = f"[{_named(mine)}] Full marks take {full} of {budget} minutes."
            yield Problem("case.time", "budget_too_small", text)
        if everything <= budget:
            text = (
                f"[{_named(mine)}] Seeing everything takes {everything} of "
                f"{budget} minutes."
            )
            yield Problem("case.time", "budget_too_large", text)


def _bot_problems(case: Case, played: Sequence[Played]) -> Iterator[Problem]:
    for run in played:
        name, total = _named(cached_variant(case, run.seed)), run.report.total
        if run.strategy == "expert" and not run.report.passed:
            text = f"[{name}] The expert reaches {total}."
            yield Problem("scoring", "expert_fails", text)
        if run.strategy in CHEATS and run.report.passed:
            text = f"[{name}] {run.strategy} passes with {total}."
            yield Problem("scoring", "cheat_passes", text)


def _named(case: Case) -> str:
    return ", ".join(case.options.values())
