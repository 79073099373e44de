"""The demo cases for the engine's tests, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from simulator.case_format import CaseText, read_case
from simulator.engine import Action, Case, Event, State, initial, load_case, start, step
from simulator.engine.bots import Played
from simulator.engine.publication import BotRow, bot_table, played_by
from simulator.engine.variants import cached_variant

ROOT = Path(__file__).parents[2]
CASES = ROOT / "config" / "demo" / "cases"
NAMES = tuple(sorted(path.stem for path in CASES.glob("*.yaml")))
STORAGE = "hazchem-storage-anlan"


@cache
def source(name: str = STORAGE) -> CaseText:
    return read_case((CASES / f"{name}.yaml").read_text("utf-8"))


@cache
def base(name: str = STORAGE) -> Case:
    return load_case(source(name).payload)


@cache
def played(name: str = STORAGE) -> tuple[Played, ...]:
    """Every bot in every variant; playing takes seconds, so once is enough."""
    return played_by(base(name))


@cache
def bots(name: str = STORAGE) -> tuple[BotRow, ...]:
    return bot_table(played(name))


def mine(seed: int = 0, name: str = STORAGE) -> Case:
    return cached_variant(base(name), seed)


class Run:
    """Plays actions on a variant and keeps what they did."""

    def __init__(self, seed: int = 0, mode: str = "exam", name: str = STORAGE) -> None:
        self.case, self.seed = mine(seed, name), seed
        self.state: State = initial(self.case, seed, mode)
        self.events: list[Event] = []
        self.send(start(seed, mode))

    def send(self, action: Action):
        self.state, events, outcome = step(self.case, self.state, action)
        self.events += events
        return outcome

    def do(self, verb: str, object_id: str = "", **payload):
        return self.send(Action(verb, object_id, payload))

    def enter(self, *officers: str) -> Run:
        self.do("plan.set", officers=list(officers or ("o1", "o2")))
        self.do("plan.submit")
        self.do("site.enter")
        self.do("credentials.show")
        return self
