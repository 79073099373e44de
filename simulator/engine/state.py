"""The state of a run: a fold over its events, nothing else.

Every collection is bounded by the size of the case, never by the length of the
log, so that folding stays linear in the number of events.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from simulator.engine.case import Case, Officer
from simulator.engine.events import END_PHASES, Event, Mode, Phase
from simulator.engine.evidence import Evidence, form_faults
from simulator.engine.variants import cached_variant

Mark: TypeAlias = Literal["violation", "compliant", "not_applicable"]
LEAVE = "leave"
"""`scene.move` to this place closes the visit."""


@dataclass(frozen=True)
class Plan:
    """The on-site inspection plan as submitted or in the making."""

    officers: tuple[str, ...] = ()
    method: str = ""
    items: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    announced: bool = False
    submitted: bool = False


@dataclass(frozen=True)
class ItemRecord:
    """The candidate's judgement of one item as it stands now."""

    item: str
    mark: Mark
    confidence: int | None
    fact_text: str
    atoms: frozenset[str]
    duty: tuple[str, ...]
    power: tuple[str, ...]
    seq: int
    looked: bool
    revisions: int = 0


@dataclass(frozen=True)
class Order:
    """A measure directed at one item: what, when, until when."""

    kind: str
    item: str
    on: dt.date
    seq: int
    days: int | None = None
    reinspection_date: dt.date | None = None
    basis: tuple[str, ...] = ()
    approval: str = ""


@dataclass(frozen=True)
class PenaltyLine:
    item: str
    fine_yuan: int
    power: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proceeding:
    """A penalty proceeding from filing to service; `days` dates its last acts."""

    id: str
    items: tuple[str, ...]
    filed_on: dt.date
    seq: int
    proposal: tuple[PenaltyLine, ...] = ()
    reasons: str = ""
    reviewed: bool = False
    noticed_on: dt.date | None = None
    notice_contents: tuple[str, ...] = ()
    hearing_informed: bool = False
    hearing_held: bool = False
    heard: bool = False
    waived: bool = False
    decision: tuple[PenaltyLine, ...] = ()
    decided_on: dt.date | None = None
    decision_seq: int = 0
    served: bool = False
    days: Mapping[str, dt.date] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """What is so after the events so far."""

    mode: Mode
    seed: int
    clock: dt.datetime
    phase: Phase = Phase.ASSIGNED
    seq: int = 0
    spent_min: int = 0
    paused: bool = False
    plan: Plan = field(default_factory=Plan)
    notified: bool = False
    entered: bool = False
    credentials_shown: bool = False
    purpose_stated: bool = False
    at: str = ""
    left_site: bool = False
    looked: Mapping[str, int] = field(default_factory=dict)
    replies: Mapping[str, int] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    atoms: Mapping[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    bag: Mapping[str, Evidence] = field(default_factory=dict)
    invented: frozenset[str] = frozenset()
    records: Mapping[str, ItemRecord] = field(default_factory=dict)
    noticed: frozenset[str] = frozenset()
    notice_seq: int = 0
    signed: bool = False
    refusal_noted: bool = False
    orders: Mapping[tuple[str, str], Order] = field(default_factory=dict)
    files: Mapping[str, Proceeding] = field(default_factory=dict)
    reinspected: Mapping[str, bool] = field(default_factory=dict)
    overdue_acted: frozenset[str] = frozenset()
    reinspection_reported: bool = False
    filled: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fired: frozenset[str] = frozenset()

    @property
    def live(self) -> bool:
        return self.phase not in END_PHASES and self.phase is not Phase.ASSIGNED

    @property
    def fines(self) -> dict[str, PenaltyLine]:
        """The fines decided, by item."""
        return {
            line.item: line
            for file in self.files.values()
            for line in file.decision
            if line.fine_yuan > 0
        }

    def measures_for(self, item_id: str) -> frozenset[str]:
        """Which measures were taken about an item, in the words of the key."""
        found = {kind for kind, item in self.orders if item == item_id}
        for file in self.files.values():
            if item_id in file.items:
                found.add("file_case")
        if item_id in self.fines:
            found.add("fine")
        return frozenset(found)


def officers_on_site(case: Case, state: State) -> tuple[Officer, ...]:
    """The planned officers; the candidate, who leads, is always one of them."""
    chosen = set(state.plan.officers)
    return tuple(o for o in case.team if o.role == "lead" or o.id in chosen)


def initial(case: Case, seed: int, mode: Mode) -> State:
    """The state before anything was done."""
    return State(
        mode=mode, seed=seed, clock=case.head.time.sim_start, flags=case.flags
    )  # fmt: skip


def fold(case: Case, events: Iterable[Event]) -> State:
    """The state after the events, in the order of their numbers.

    `case` may be the case or its variant: the seed stands in ``run.start``. An
    event whose client id was seen before changes nothing.
    """
    state: State | None = None
    seen: set[str] = set()
    for event in events:
        if event.client_event_id:
            if event.client_event_id in seen:
                continue
            seen.add(event.client_event_id)
        if state is None:
            seed = int(event.payload.get("seed", case.seed or 0))
            case = cached_variant(case, seed)
            state = initial(case, seed, event.payload.get("mode", "practice"))
        state = reduce(case, state, event)
    return state or initial(case, case.seed or 0, "practice")


def _with(state: State, **changes: Any) -> State:
    """A copy with these fields changed.

    `dataclasses.replace` would run the constructor over every field; reducing is
    where scoring and the bots spend their time.
    """
    new = object.__new__(State)
    new.__dict__.update(state.__dict__, **changes)
    return new


def reduce(case: Case, state: State, event: Event) -> State:
    """The state after one more event. Unknown verbs leave only their trace."""
    state = _with(
        state,
        seq=max(state.seq, event.seq),
        clock=max(state.clock, event.sim_clock),
        spent_min=state.spent_min + event.cost_min,
    )
    handler = _HANDLERS.get(event.verb)
    return handler(case, state, event) if handler else state


def _run_start(case: Case, state: State, event: Event) -> State:
    return _with(state, phase=Phase.PREPARE, mode=event.payload.get("mode", state.mode))


def _pause(case: Case, state: State, event: Event) -> State:
    return _with(state, paused=event.verb == "run.pause")


def _end(case: Case, state: State, event: Event) -> State:
    ends = {
        "run.submit": Phase.SUBMITTED,
        "run.expire": Phase.EXPIRED,
        "run.void": Phase.VOID,
    }
    return _with(state, phase=ends[event.verb])


def _plan_set(case: Case, state: State, event: Event) -> State:
    given = event.payload
    changes: dict[str, Any] = {
        key: tuple(given[key])
        for key in ("officers", "items", "route", "equipment")
        if key in given
    }
    if "method" in given:
        changes["method"] = given["method"]
    if "announced" in given:
        changes["announced"] = bool(given["announced"])
    return _with(state, plan=replace(state.plan, **changes))


def _plan_submit(case: Case, state: State, event: Event) -> State:
    return _with(state, plan=replace(state.plan, submitted=True), phase=Phase.TRAVEL)


def _notify(case: Case, state: State, event: Event) -> State:
    return _with(state, notified=True)


def _enter(case: Case, state: State, event: Event) -> State:
    return _with(state, entered=True, phase=Phase.ONSITE, at=case.scenes[0].id)


def _show(case: Case, state: State, event: Event) -> State:
    return _with(state, credentials_shown=True)


def _purpose(case: Case, state: State, event: Event) -> State:
    return _with(state, purpose_stated=True)


def _move(case: Case, state: State, event: Event) -> State:
    if event.object_id == LEAVE:
        return _with(state, at="", left_site=True, phase=Phase.HANDLE)
    return _with(state, at=event.object_id)


def _look(case: Case, state: State, event: Event) -> State:
    gained = dict.fromkeys(event.payload.get("gained", ()), event.seq)
    return _with(
        state,
        looked={event.object_id: event.seq} | dict(state.looked),
        replies=dict(state.replies) | {event.object_id: event.payload.get("reply", 0)},
        atoms=gained | dict(state.atoms),
    )


def _open(case: Case, state: State, event: Event) -> State:
    return _with(state, opened=state.opened | {event.object_id})


def _fix(case: Case, state: State, event: Event) -> State:
    form = frozenset(event.payload.get("form", ()))
    faults = form_faults(
        case.atoms[event.object_id],
        form,
        officers=len(officers_on_site(case, state)),
        credentials_shown=state.credentials_shown,
    )
    evidence = Evidence(
        event.object_id, event.payload.get("source", ""), form, faults, event.seq
    )
    return _with(state, bag=dict(state.bag) | {event.object_id: evidence})


def _invent(case: Case, state: State, event: Event) -> State:
    return _with(state, invented=state.invented | {event.object_id})


def _link(case: Case, state: State, event: Event) -> State:
    record = state.records[event.object_id]
    atoms = frozenset(event.payload.get("atoms", ()))
    linked = (
        record.atoms | atoms if event.verb == "evidence.link" else record.atoms - atoms
    )
    return _with_record(state, replace(record, atoms=linked))


def _record(case: Case, state: State, event: Event) -> State:
    given = event.payload
    old = state.records.get(event.object_id)
    item = case.item_by_id[event.object_id]
    atoms = frozenset(given.get("atoms", old.atoms if old else ()))
    need = set(item.look) | (set(state.bag) & atoms)
    return _with_record(
        state,
        ItemRecord(
            item=event.object_id,
            mark=given.get("mark", old.mark if old else "compliant"),
            confidence=given.get("confidence", old.confidence if old else None),
            fact_text=given.get("fact_text", old.fact_text if old else ""),
            atoms=atoms,
            duty=tuple(given.get("duty", old.duty if old else ())),
            power=tuple(given.get("power", old.power if old else ())),
            seq=event.seq,
            looked=bool(need & set(state.atoms)),
            revisions=old.revisions + 1 if old else 0,
        ),
    )


def _with_record(state: State, record: ItemRecord) -> State:
    return _with(state, records=dict(state.records) | {record.item: record})


def _notice(case: Case, state: State, event: Event) -> State:
    items = frozenset(event.payload.get("items", ()))
    return _with(
        state,
        noticed=state.noticed | items,
        notice_seq=state.notice_seq or event.seq,
    )


def _sign(case: Case, state: State, event: Event) -> State:
    return _with(state, signed=bool(event.payload.get("signed", True)))


def _refusal(case: Case, state: State, event: Event) -> State:
    return _with(state, refusal_noted=True)


_ORDER_KINDS = {
    "onsite.order_immediate": "order_immediate",
    "evacuate.order": "evacuate",
    "measure.seal": "seal",
    "measure.detain": "seal",
    "order.deadline": "order_deadline",
    "no_penalty.educate": "no_penalty_educate",
    "transfer": "transfer",
}


def _order(case: Case, state: State, event: Event) -> State:
    given = event.payload
    kind = _ORDER_KINDS[event.verb]
    again = given.get("reinspection_date")
    made = {
        (kind, item): Order(
            kind=kind,
            item=item,
            on=event.sim_clock.date(),
            seq=event.seq,
            days=given.get("days"),
            reinspection_date=dt.date.fromisoformat(again) if again else None,
            basis=tuple(given.get("basis", ())),
            approval=given.get("approval", ""),
        )
        for item in given.get("items", ())
    }
    return _with(state, orders=dict(state.orders) | made)


def _release(case: Case, state: State, event: Event) -> State:
    gone = {("seal", item) for item in event.payload.get("items", ())}
    return _with(state, orders={k: v for k, v in state.orders.items() if k not in gone})


def _file(case: Case, state: State, event: Event) -> State:
    file = Proceeding(
        id=event.object_id,
        items=tuple(event.payload.get("items", ())),
        filed_on=event.sim_clock.date(),
        seq=event.seq,
    )
    files = dict(state.files) | {file.id: file}
    return _with(state, files=files, phase=_later(state.phase, Phase.PENALTY))


def _later(phase: Phase, other: Phase) -> Phase:
    """The phase after entering `other`: on site one stays on site."""
    order = list(Phase)
    if phase in (Phase.ONSITE, Phase.TRAVEL, Phase.PREPARE):
        return phase
    return max(phase, other, key=order.index)


def _lines(given: Iterable[Mapping[str, Any]]) -> tuple[PenaltyLine, ...]:
    return tuple(
        PenaltyLine(
            line["item"], int(line.get("fine_yuan", 0)), tuple(line.get("power", ()))
        )
        for line in given
    )


def _penalty(case: Case, state: State, event: Event) -> State:
    file, given = state.files[event.object_id], event.payload
    today = event.sim_clock.date()
    changes: dict[str, Any]
    match event.verb:
        case "penalty.propose":
            changes = {
                "proposal": _lines(given.get("lines", ())),
                "reasons": given.get("reasons", ""),
            }
        case "legal_review.pass":
            changes = {"reviewed": True}
        case "penalty.notice":
            changes = {
                "noticed_on": today,
                "notice_contents": tuple(given.get("contents", ())),
            }
        case "hearing.inform":
            changes = {"hearing_informed": True}
        case "hearing.hold":
            changes = {"hearing_held": True, "heard": True}
        case "defence.hear":
            changes = {"heard": True}
        case "defence.waive":
            changes = {"waived": True}
        case "penalty.decide":
            changes = {
                "decision": _lines(given.get("lines", ())),
                "decided_on": today,
                "decision_seq": event.seq,
            }
        case _:
            changes = {"served": True}
    changes["days"] = dict(file.days) | {event.verb: today}
    files = dict(state.files) | {file.id: replace(file, **changes)}
    return _with(state, files=files, phase=_later(state.phase, Phase.PENALTY))


def _reinspect(case: Case, state: State, event: Event) -> State:
    result = bool(event.payload.get("fixed", True))
    return _with(
        state,
        reinspected=dict(state.reinspected) | {event.object_id: result},
        phase=_later(state.phase, Phase.REINSPECT),
    )


def _reinspect_report(case: Case, state: State, event: Event) -> State:
    return _with(
        state, reinspection_reported=True, phase=_later(state.phase, Phase.CLOSE)
    )


def _overdue(case: Case, state: State, event: Event) -> State:
    return _with(state, overdue_acted=state.overdue_acted | {event.object_id})


def _fill(case: Case, state: State, event: Event) -> State:
    fields = dict(state.filled.get(event.object_id, {}))
    fields |= dict(event.payload.get("fields", {}))
    return _with(state, filled=dict(state.filled) | {event.object_id: fields})


def _incident(case: Case, state: State, event: Event) -> State:
    incident = next(i for i in case.events if i.id == event.object_id)
    flags = {incident.effect.set} if incident.effect.set else set()
    return _with(
        state,
        fired=state.fired | {incident.id},
        flags=state.flags | flags,
        hidden=state.hidden | set(incident.effect.hide),
        texts=dict(state.texts) | dict(incident.effect.texts),
    )


_HANDLERS: dict[str, Callable[[Case, State, Event], State]] = {
    "run.start": _run_start,
    "run.pause": _pause,
    "run.resume": _pause,
    "run.submit": _end,
    "run.expire": _end,
    "run.void": _end,
    "plan.set": _plan_set,
    "plan.submit": _plan_submit,
    "enterprise.notify": _notify,
    "site.enter": _enter,
    "credentials.show": _show,
    "purpose.state": _purpose,
    "scene.move": _move,
    "hotspot.inspect": _look,
    "document.open": _open,
    "document.read": _look,
    "person.ask": _look,
    "equipment.test": _look,
    "evidence.fix": _fix,
    "evidence.link": _link,
    "evidence.unlink": _link,
    "evidence.backdate": _invent,
    "statement.compose": _invent,
    "item.record": _record,
    "item.revise": _record,
    "onsite.notice": _notice,
    "record.sign": _sign,
    "record.refusal_noted": _refusal,
    **dict.fromkeys(_ORDER_KINDS, _order),
    "measure.release": _release,
    "case.file": _file,
    "penalty.propose": _penalty,
    "legal_review.pass": _penalty,
    "penalty.notice": _penalty,
    "hearing.inform": _penalty,
    "hearing.hold": _penalty,
    "defence.hear": _penalty,
    "defence.waive": _penalty,
    "penalty.decide": _penalty,
    "service.deliver": _penalty,
    "reinspect.item": _reinspect,
    "reinspect.report": _reinspect_report,
    "overdue.act": _overdue,
    "doc.fill": _fill,
    "incident.fire": _incident,
}
