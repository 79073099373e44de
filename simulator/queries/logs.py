"""Event logs: read, verified, folded to the state of a run."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from django.utils.translation import gettext

from accounts.chain import Break, Entry, verify_chain
from simulator.engine import (
    Case,
    Event,
    Phase,
    Phrase,
    State,
    fold,
    reduce,
)
from simulator.errors import ChainBrokenError
from simulator.models import (
    Run,
    RunEvent,
)
from simulator.queries.cases import case_of

REMEMBERED_RUNS = 256
_states: OrderedDict[int, tuple[int, str, State]] = OrderedDict()
_states_lock = Lock()


def engine_event(row: RunEvent) -> Event:
    """A stored event as the engine knows it."""
    return Event(
        seq=row.seq,
        verb=row.verb,
        object_type=row.object_type,
        object_id=row.object_id,
        payload=row.payload,
        cost_min=row.cost_min,
        sim_clock=datetime.fromisoformat(row.sim_clock),
        phase=Phase(row.phase),
        client_event_id=row.client_event_id,
        at=row.at_server,
    )


def engine_events(run: Run) -> list[Event]:
    """The whole log of a run."""
    return [engine_event(row) for row in run.events.order_by("seq")]


def chained_payload(run: Run, row: RunEvent) -> dict[str, Any]:
    """What the hash of an event covers: everything but the hashes."""
    return {
        "run": str(run.public_id),
        "seq": row.seq,
        "client_event_id": row.client_event_id,
        "at_server": row.at_server.astimezone(UTC).isoformat(),
        "sim_clock": row.sim_clock,
        "phase": row.phase,
        "actor": row.actor,
        "verb": row.verb,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "payload": row.payload,
        "cost_min": row.cost_min,
    }


def chain_break(run: Run, rows: Iterable[RunEvent] | None = None) -> Break | None:
    """The first place where the log does not follow from itself, or None.

    The head kept with the run is compared too: cutting off the end shows.
    """
    kept = list(run.events.order_by("seq") if rows is None else rows)
    entries = (
        Entry(row.seq, chained_payload(run, row), row.prev_hash, row.hash)
        for row in kept
    )
    found = verify_chain(entries)
    if found is not None:
        return found
    head = (kept[-1].seq, kept[-1].hash) if kept else (0, run.head_hash)
    if head != (run.head_seq, run.head_hash):
        return Break(run.head_seq, "head_differs")
    return None


def current_state(run: Run) -> State:
    """The state of a run: the fold over its events.

    A process remembers the last states and folds only what came since. What is
    remembered is named by the hash of its last event, so it cannot be mistaken.
    """
    with _states_lock:
        known = _states.get(run.pk)
    if known is not None and (known[0], known[1]) == (run.head_seq, run.head_hash):
        return known[2]
    case = case_of(run)
    state = _folded_on(run, case, known) if known else None
    if state is None:
        state = fold(case, engine_events(run))
    remember_state(run, state)
    return state


def _folded_on(run: Run, case: Case, known: tuple[int, str, State]) -> State | None:
    """The remembered state carried on, or None when it belongs to another log."""
    seq, head, state = known
    rows = list(run.events.filter(seq__gt=seq).order_by("seq"))
    if not rows or rows[0].prev_hash != head:
        return None
    for row in rows:
        state = reduce(case, state, engine_event(row))
    return state


def remember_state(run: Run, state: State) -> None:
    """Keep the state of a run for the next request of this process."""
    with _states_lock:
        _states[run.pk] = (run.head_seq, run.head_hash, state)
        _states.move_to_end(run.pk)
        while len(_states) > REMEMBERED_RUNS:
            _states.popitem(last=False)


def state_at(run: Run, seq: int) -> State:
    """The state after the event `seq`, for the replay."""
    rows = run.events.filter(seq__lte=seq).order_by("seq")
    return fold(case_of(run), [engine_event(row) for row in rows])


def verified_events(run: Run) -> list[Event]:
    """The log of a run whose chain holds; raises when it was altered."""
    rows = list(run.events.order_by("seq"))
    if chain_break(run, rows) is not None:
        raise ChainBrokenError
    return [engine_event(row) for row in rows]


def said_text(phrase: Phrase) -> str:
    """A sentence of the engine in the reader's language."""
    text = gettext(phrase.text) if phrase.text else ""
    return text % phrase.params if phrase.params else text
