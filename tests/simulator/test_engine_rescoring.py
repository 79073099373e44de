from __future__ import annotations

import copy

from simulator.engine import load_case, load_profile
from simulator.engine.bots import play
from simulator.engine.rescoring import ScoredRun, changed_results
from tests.simulator.cases import base, source

PROFILE = load_profile()


def runs() -> list[ScoredRun]:
    return [
        ScoredRun(strategy, 0, play(base(), 0, strategy).events)
        for strategy in ("expert", "tick_nothing")
    ]


def test_corrected_provision_changes_only_the_runs_that_cited_it():
    payload = copy.deepcopy(dict(source().payload))
    drill = next(item for item in payload["items"] if item["id"] == "I11")
    drill["basis"]["power"] = ["AQSCF:102"]

    changes = changed_results(base(), load_case(payload), PROFILE, runs())

    assert [(c.run_id, c.items) for c in changes] == [("expert", ("I11",))]
    assert changes[0].new_total < changes[0].total
    assert changes[0].passed
    assert changes[0].now_passed


def test_same_key_changes_nothing():
    assert changed_results(base(), base(), PROFILE, runs()) == ()
