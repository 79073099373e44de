"""A run recomputed from its log: what an appeal body, or anybody, can check."""

from collections.abc import Mapping
from typing import Any

from simulator.engine import Action, Event, Outcome, State, fold, initial, step
from simulator.engine import Mode as EngineMode
from simulator.models import Run, ScoreReport
from simulator.queries import (
    case_of,
    chain_break,
    current_report,
    engine_event,
    score_of,
)

MODES: Mapping[str, EngineMode] = {
    "guided": "guided",
    "practice": "practice",
    "exam": "exam",
}
SYSTEM_KEYS = frozenset({"gained", "reply", "source", "signed", "fixed", "old"})
"""What the engine writes into an event by itself, and so must write again."""


def replay(run: Run) -> dict[str, Any]:
    """Check the chain, play every act again, score anew; report the first difference.

    Changes nothing.
    """
    rows = list(run.events.order_by("seq"))
    report = current_report(run)
    result: dict[str, Any] = {
        "run": str(run.public_id),
        "case": run.version.case.key,
        "version": run.version.number,
        "seed": run.seed,
        "events": len(rows),
        "head_hash": run.head_hash,
        "stored_score": report.score if report else None,
        "recomputed_score": None,
        "difference": None,
    }
    broken = chain_break(run, rows)
    events = [engine_event(row) for row in rows]
    if broken is not None:
        result["difference"] = {
            "where": "chain",
            "seq": broken.seq,
            "reason": broken.reason,
        }
    else:
        result["difference"] = _acts_differ(run, events) or _score_differs(
            run, events, report, result
        )
    result["same"] = result["difference"] is None
    return result


def _acts_differ(run: Run, events: list[Event]) -> dict[str, Any] | None:
    """The first event that the engine would not write again."""
    case = case_of(run)
    state: State = initial(case, run.seed, MODES[run.mode])
    pending: list[Event] = []
    for event in events:
        if pending:
            again = pending.pop(0)
            if again.verb != event.verb or again.object_id != event.object_id:
                return _difference(event, "another event follows from the log")
            continue
        if event.verb == "run.void":
            continue
        state, produced, outcome = _again(case, state, event)
        if outcome.refused is not None or not produced:
            return _difference(event, "the act is not possible at this point")
        first, *pending = produced
        for name in ("verb", "object_id", "cost_min", "sim_clock"):
            if getattr(first, name) != getattr(event, name):
                return _difference(event, name)
        for key in SYSTEM_KEYS & set(event.payload):
            if _plain(first.payload.get(key)) != _plain(event.payload[key]):
                return _difference(event, key)
    if state != fold(case, events) and not any(e.verb == "run.void" for e in events):
        return {"where": "state", "seq": len(events), "reason": "the fold differs"}
    return None


def _again(
    case: Any, state: State, event: Event
) -> tuple[State, tuple[Event, ...], Outcome]:
    payload = {k: v for k, v in event.payload.items() if k not in SYSTEM_KEYS}
    payload["confirmed"] = True
    if event.sim_clock.date() > state.clock.date():
        payload["on"] = event.sim_clock.date().isoformat()
    action = Action(event.verb, event.object_id, payload, event.client_event_id)
    new, produced, outcome = step(case, state, action)
    if produced and produced[0].sim_clock != event.sim_clock and "on" in payload:
        del payload["on"]
        action = Action(event.verb, event.object_id, payload, event.client_event_id)
        new, produced, outcome = step(case, state, action)
    return new, produced, outcome


def _score_differs(
    run: Run,
    events: list[Event],
    report: ScoreReport | None,
    result: dict[str, Any],
) -> dict[str, Any] | None:
    key = report.key_version if report else None
    total = score_of(run, events, key=key).total
    result["recomputed_score"] = total
    if report is not None and abs(report.score - total) > 1e-9:
        return {"where": "score", "seq": len(events), "reason": "the score differs"}
    if report is not None and report.head_hash != run.head_hash:
        return {"where": "score", "seq": len(events), "reason": "scored another log"}
    return None


def _difference(event: Event, reason: str) -> dict[str, Any]:
    return {"where": "events", "seq": event.seq, "verb": event.verb, "reason": reason}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
