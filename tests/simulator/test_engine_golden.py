"""Stored runs keep their score: a changed formula or key shows up here.

Write them anew on purpose with ``python -m tests.simulator.test_engine_golden``.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from simulator.engine import Event, Phase, fold, load_profile, score
from simulator.engine.bots import play
from tests.simulator.cases import STORAGE, base

GOLDEN = Path(__file__).parent / "golden"
RUNS = [("expert", 0), ("competent", 3), ("novice", 2), ("no_notice", 1)]


def as_record(event: Event) -> dict:
    return {
        "seq": event.seq,
        "verb": event.verb,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "payload": dict(event.payload),
        "cost_min": event.cost_min,
        "sim_clock": event.sim_clock.isoformat(),
        "phase": event.phase,
    }


def as_event(record: dict) -> Event:
    return Event(
        **record
        | {
            "sim_clock": dt.datetime.fromisoformat(record["sim_clock"]),
            "phase": Phase(record["phase"]),
        }
    )


def path(strategy: str, seed: int) -> Path:
    return GOLDEN / f"{STORAGE}-{strategy}-{seed}.json"


@pytest.mark.parametrize(("strategy", "seed"), RUNS)
def test_stored_run_keeps_its_state_and_score(strategy, seed):
    stored = json.loads(path(strategy, seed).read_text("utf-8"))
    events = [as_event(record) for record in stored["events"]]

    report = score(base(), seed, load_profile(), events)
    state = fold(base(), events)

    assert report.total == stored["total"]
    assert dict(report.components) == stored["components"]
    assert [v.code for v in report.vetoes] == stored["vetoes"]
    assert state.spent_min == stored["spent_min"]
    assert state.clock.isoformat() == stored["clock"]


@pytest.mark.parametrize(("strategy", "seed"), RUNS)
def test_bot_still_plays_the_stored_run(strategy, seed):
    stored = json.loads(path(strategy, seed).read_text("utf-8"))
    played = play(base(), seed, strategy)

    assert (
        json.loads(json.dumps([as_record(e) for e in played.events]))
        == (stored["events"])
    )


def write() -> None:
    for strategy, seed in RUNS:
        played = play(base(), seed, strategy)
        state = fold(base(), played.events)
        stored = {
            "total": played.report.total,
            "components": dict(played.report.components),
            "vetoes": [v.code for v in played.report.vetoes],
            "spent_min": state.spent_min,
            "clock": state.clock.isoformat(),
            "events": [as_record(e) for e in played.events],
        }
        text = json.dumps(stored, ensure_ascii=False, indent=1)
        path(strategy, seed).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write()
