"""Runs played by bots through the same door as a person's: for demos and trials."""

from datetime import datetime, timedelta

from accounts.models import User
from simulator.engine import Action, Event
from simulator.engine.bots import Strategy, play
from simulator.enums import Mode, RunStatus
from simulator.models import InspectionCase, Run
from simulator.queries import case_of, current_state
from simulator.services.replay import SYSTEM_KEYS
from simulator.services.runs import act, start_run

SECONDS_PER_ACT = 12


def play_as(
    case: InspectionCase,
    *,
    user: User,
    mode: Mode,
    strategy: Strategy,
    seed: int,
    now: datetime,
) -> Run:
    """A whole run of the strategy in the name of the user, from start to score."""
    run = start_run(case, mode=mode, now=now, by=user, seed=seed)
    played = play(case_of(run), seed, strategy)
    for event in played.events[1:]:
        if event.verb == "incident.fire":
            continue
        moment = now + timedelta(seconds=SECONDS_PER_ACT * event.seq)
        act(run.public_id, _action(run, event), now=moment, by=user)
    run.refresh_from_db()
    if run.status == RunStatus.LIVE:
        end = now + timedelta(seconds=SECONDS_PER_ACT * (run.head_seq + 1))
        act(run.public_id, Action("run.submit", client_event_id="bot-end"),
            now=end, by=user)  # fmt: skip
    run.refresh_from_db()
    return run


def _action(run: Run, event: Event) -> Action:
    """The act that led to the event."""
    run.refresh_from_db(fields=["head_seq", "head_hash"])
    payload = {k: v for k, v in event.payload.items() if k not in SYSTEM_KEYS}
    payload["confirmed"] = True
    if event.sim_clock.date() > current_state(run).clock.date():
        payload["on"] = event.sim_clock.date().isoformat()
    return Action(event.verb, event.object_id, payload, f"bot-{event.seq}")
