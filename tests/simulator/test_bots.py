from __future__ import annotations

import copy

import pytest

from simulator.engine import fold, load_case, score
from simulator.engine.bots import CHEATS, STRATEGIES, play
from simulator.engine.paths import expert_route, see_everything_cost
from simulator.engine.profile import load_profile
from simulator.engine.publication import (
    publication_problems,
    seeds_of_variants,
)
from simulator.engine.variants import option_sets
from simulator.enums import Bot
from tests.simulator.cases import NAMES, base, bots, mine, played, source


@pytest.mark.parametrize("name", NAMES)
def test_shipped_case_may_be_published(name):
    assert publication_problems(base(name), played(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_has_a_seed(name):
    assert len(seeds_of_variants(base(name))) == len(option_sets(base(name)))


@pytest.mark.parametrize("name", NAMES)
def test_expert_reaches_full_marks_inside_the_budget(name):
    played = play(base(name), 0, "expert")

    assert played.report.total == 100
    assert played.report.vetoes == ()
    assert played.spent_min <= base(name).head.time.onsite_budget_min


@pytest.mark.parametrize("name", NAMES)
def test_bot_table_names_every_strategy_in_order(name):
    rows = bots(name)

    assert [row.strategy for row in rows] == list(STRATEGIES)
    assert [row.pass_rate for row in rows if row.strategy in CHEATS] == [0.0] * 7
    means = {row.strategy: row.mean for row in rows}
    assert means["expert"] > means["competent"] > means["novice"]


def test_every_bot_has_a_name_in_words():
    assert set(Bot.values) == set(STRATEGIES)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_bot_run_is_reproducible_and_folds(strategy):
    first, again = play(base(), 7, strategy), play(base(), 7, strategy)

    assert first.events == again.events
    assert fold(base(), first.events).phase == "SUBMITTED"
    assert score(base(), 7, load_profile(), first.events) == first.report


def test_expert_route_is_cheaper_than_seeing_everything():
    case = mine()

    assert expert_route(case).cost_min < case.head.time.onsite_budget_min
    assert see_everything_cost(case) > 1.25 * case.head.time.onsite_budget_min


@pytest.mark.parametrize(
    ("minutes", "code"), [(60, "budget_too_small"), (2000, "budget_too_large")]
)
def test_wrong_budget_is_refused(minutes, code):
    payload = copy.deepcopy(dict(source().payload))
    payload["case"]["time"]["onsite_budget_min"] = minutes

    assert code in {p.code for p in publication_problems(load_case(payload))}


def test_case_a_cheat_can_pass_is_refused():
    payload = copy.deepcopy(dict(source().payload))
    for item in payload["items"]:
        item.setdefault("disposal", None)
        if item["disposal"]:
            item["disposal"]["reject"] = []
            item["disposal"]["accept"].append(
                {
                    "actions": ["order_deadline", "file_case", "fine"],
                    "credit": 1.0,
                    "fine_yuan": [1, 100000],
                }
            )
    payload["variants"]["slots"] = []
    problems = publication_problems(load_case(payload))

    assert {p.code for p in problems} == {"cheat_passes"}
