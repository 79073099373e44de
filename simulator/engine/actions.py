"""`apply`: what happens when the candidate does something.

Only the physically impossible is refused. A wrong but possible act happens and
is scored; in guided mode it is cautioned before, in practice its consequence is
told after, in the exam nothing is said.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from simulator.engine.case import Case, Incident, Source
from simulator.engine.cautions import cautions
from simulator.engine.events import (
    Action,
    Event,
    EventDraft,
    Message,
    Mode,
    Outcome,
    Phase,
    Phrase,
    number,
)
from simulator.engine.gates import OFFICE_DAYS, gate, tidy
from simulator.engine.state import LEAVE, State, reduce

_LOOKING = {"hotspot.inspect", "document.read", "person.ask", "equipment.test"}
_OBJECT_TYPES = {
    "scene": "scene", "hotspot": "hotspot", "document": "document",
    "person": "question", "equipment": "test", "evidence": "atom", "item": "item",
    "statement": "person", "penalty": "proceeding", "legal_review": "proceeding",
    "hearing": "proceeding", "defence": "proceeding", "service": "proceeding",
    "case": "proceeding", "reinspect": "item", "overdue": "item",
    "doc": "required_document", "incident": "incident", "measure": "measure",
}  # fmt: skip


def start(seed: int, mode: Mode, client_event_id: str = "") -> Action:
    """The first action of every run."""
    return Action("run.start", "", {"seed": seed, "mode": mode}, client_event_id)


def step(
    case: Case,
    state: State,
    action: Action,
    *,
    at: dt.datetime | None = None,
) -> tuple[State, tuple[Event, ...], Outcome]:
    """Apply an action and fold what it did: new state, numbered events, outcome.

    The first event carries the client's event id, further ones (incidents) the
    same with a suffix, so that a resend is recognised by the id alone.
    """
    outcome = apply(case, state, action)
    events = []
    for n, draft in enumerate(outcome.events):
        cid = action.client_event_id
        if cid and n:
            cid = f"{cid}#{n}"
        event = number(draft, state.seq + 1, client_event_id=cid, at=at)
        state = reduce(case, state, event)
        events.append(event)
    return state, tuple(events), outcome


def apply(case: Case, state: State, action: Action) -> Outcome:
    """What the action leads to. `case` is the variant of the run.

    Pure: nothing is stored. The service numbers and stores `events`, folds them
    with `reduce`, and shows `said`, `warning` or `refused`.
    """
    action = tidy(action)
    refused = gate(case, state, action)
    if refused:
        return Outcome(refused=refused)
    worries = cautions(case, state, action) if state.mode != "exam" else ()
    if worries and state.mode == "guided" and not action.payload.get("confirmed"):
        return Outcome(warning=worries[0])
    incidents = _incidents(case, state, action)
    drafts = (
        _draft(case, state, action, incidents),
        *(_fire(state, incident) for incident in incidents),
    )
    said = _said(case, state, action, drafts[0]) + tuple(
        Message("incident", Phrase(incident.say)) for incident in incidents
    )
    if state.mode == "practice":
        said += tuple(Message("consequence", worry.phrase) for worry in worries)
    return Outcome(drafts, said)


def _draft(
    case: Case, state: State, action: Action, incidents: tuple[Incident, ...]
) -> EventDraft:
    payload = {k: v for k, v in action.payload.items() if k not in {"confirmed", "on"}}
    object_id = action.object_id
    cost = _cost(case, state, action)
    if action.verb in _LOOKING:
        payload |= _gain(case, state, action)
    if action.verb == "case.file":
        object_id = f"c{len(state.files) + 1}"
    if action.verb == "reinspect.item":
        payload["fixed"] = _is_fixed(case, object_id)
    if action.verb == "record.sign":
        refuses = {i.effect.set for i in incidents} | state.flags
        payload["signed"] = "boss_refuses_sign" not in refuses
    if action.verb == "evidence.fix":
        payload["source"] = _where(case, state, object_id)
    if action.verb in {"item.record", "item.revise"}:
        old = state.records.get(object_id)
        payload["old"] = old.mark if old else None
    cost += sum(incident.effect.cost_min for incident in incidents)
    return EventDraft(
        verb=action.verb,
        object_type=_OBJECT_TYPES.get(action.verb.split(".")[0], "run"),
        object_id=object_id,
        payload=payload,
        cost_min=cost,
        sim_clock=_clock(state, action) + dt.timedelta(minutes=cost),
        phase=state.phase,
    )


def _fire(state: State, incident: Incident) -> EventDraft:
    return EventDraft(
        "incident.fire", "incident", incident.id, {}, 0, state.clock, state.phase
    )


def _cost(case: Case, state: State, action: Action) -> int:
    """Simulated minutes: only acts on site, and a second look is free."""
    if state.phase is not Phase.ONSITE:
        return 0
    costs = case.budget
    if action.verb in _LOOKING:
        again = action.object_id in state.looked and not _new_answer(
            case, state, action
        )
        return 0 if again else case.sources[action.object_id].cost_min
    if action.verb == "scene.move":
        away = action.object_id not in {state.at, LEAVE}
        return costs.move_scene if away else 0
    return {
        "item.record": costs.record_item,
        "item.revise": costs.record_item,
        "evidence.fix": costs.fix_evidence,
        "onsite.notice": costs.notice,
    }.get(action.verb, 0)


def _reply(case: Case, state: State, action: Action) -> int:
    """Which answer a person gives: -1 evades, 0 the first, n the nth later one."""
    question = case.sources[action.object_id].question
    if question is None:
        return 0
    presented = set(action.payload.get("presented", ()))
    if not set(question.requires) <= presented:
        return -1
    for n, reply in reversed(tuple(enumerate(question.later, start=1))):
        met = presented | set(state.looked) | state.flags
        if set(reply.after) <= met:
            return n
    return 0


def _new_answer(case: Case, state: State, action: Action) -> bool:
    return state.replies.get(action.object_id, 0) != _reply(case, state, action)


def _gain(case: Case, state: State, action: Action) -> dict[str, Any]:
    """What a look yields: the atoms gained and which answer was given."""
    source, reply = case.sources[action.object_id], _reply(case, state, action)
    reveals: tuple[str, ...] = ()
    if reply == 0:
        reveals = source.reveals
    elif reply > 0 and source.question:
        reveals = source.question.later[reply - 1].reveals
    gained = [a for a in reveals if a not in state.hidden]
    return {"gained": gained, "reply": reply}


def told(case: Case, state: State, source: Source, reply: int | None = None) -> str:
    """The text a source gives: for this reply, or for the one it gave last."""
    if source.id in state.texts:
        return state.texts[source.id]
    if reply is None:
        reply = state.replies.get(source.id, 0)
    question = source.question
    if question is None or reply == 0:
        return source.text
    return question.denial if reply < 0 else question.later[reply - 1].answer


def _where(case: Case, state: State, atom: str) -> str:
    looked = (s.id for s in case.sources_of.get(atom, ()) if s.id in state.looked)
    return next(looked, "")


def _is_fixed(case: Case, item_id: str) -> bool:
    correction = case.item_by_id[item_id].correction
    return correction.fixed if correction else True


def _clock(state: State, action: Action) -> dt.datetime:
    """When the act happens: at `on`, or after the usual days in the office."""
    if on := action.payload.get("on"):
        day = dt.date.fromisoformat(on)
        if day > state.clock.date():
            return dt.datetime.combine(day, dt.time(9))
        return state.clock
    if action.verb == "reinspect.item":
        dates = [
            order.reinspection_date
            for order in state.orders.values()
            if order.item == action.object_id and order.reinspection_date
        ]
        if dates and max(dates) > state.clock.date():
            return dt.datetime.combine(max(dates), dt.time(9))
        return state.clock
    if state.phase is Phase.ONSITE:
        return state.clock
    return state.clock + dt.timedelta(days=OFFICE_DAYS.get(action.verb, 0))


def _incidents(case: Case, state: State, action: Action) -> tuple[Incident, ...]:
    """The incidents this act sets off; each happens once."""
    return tuple(
        incident
        for incident in case.events
        if incident.id not in state.fired
        and incident.trigger.action == action.verb
        and incident.trigger.object_id in ("", action.object_id)
        and incident.trigger.when in ("", *state.flags)
        and state.spent_min >= incident.trigger.after_min
    )


def _said(
    case: Case, state: State, action: Action, draft: EventDraft
) -> tuple[Message, ...]:
    if action.verb in _LOOKING:
        source = case.sources[action.object_id]
        text = told(case, state, source, draft.payload["reply"])
        kind: Any = "answer" if source.question else "seen"
        return (Message(kind, Phrase(text), source.id.split(".")[0]),)
    if action.verb == "reinspect.item":
        correction = case.item_by_id[action.object_id].correction
        return (Message("seen", Phrase(correction.text)),) if correction else ()
    if action.verb == "defence.hear" and case.defence:
        return (Message("answer", Phrase(case.defence.says)),)
    if action.verb == "onsite.notice" and case.defence and case.defence.reply:
        return (Message("answer", Phrase(case.defence.reply)),)
    return ()
