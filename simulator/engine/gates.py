"""What is physically possible: phases, payloads, objects, place and time.

A refusal here never means "wrong", only "cannot happen".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.engine.case import Case
from simulator.engine.events import (
    LIVE_PHASES,
    OFFICE_PHASES,
    Action,
    Phase,
    Phrase,
    Refusal,
)
from simulator.engine.evidence import FORM_MARKS
from simulator.engine.messages import REFUSALS
from simulator.engine.state import LEAVE, State

LONGEST_TEXT = 5000
MOST_IDS = 400
OVERRUN = 1.25
"""On site nothing more can be looked at beyond this share of the budget."""

_HERE = frozenset({Phase.ONSITE})
_BEFORE = frozenset({Phase.PREPARE, Phase.TRAVEL})
_AFTER_ENTRY = OFFICE_PHASES | _HERE

ALLOWED: Mapping[str, frozenset[Phase]] = {
    "run.start": frozenset({Phase.ASSIGNED}),
    "run.pause": LIVE_PHASES,
    "run.resume": LIVE_PHASES,
    "run.submit": LIVE_PHASES,
    "run.expire": LIVE_PHASES,
    "run.void": LIVE_PHASES,
    "plan.set": frozenset({Phase.PREPARE}),
    "plan.submit": frozenset({Phase.PREPARE}),
    "enterprise.notify": _BEFORE,
    "site.enter": _BEFORE,
    "credentials.show": _HERE,
    "purpose.state": _HERE,
    "scene.move": _HERE,
    "hotspot.inspect": _HERE,
    "document.open": _HERE,
    "document.read": _HERE,
    "person.ask": _HERE,
    "equipment.test": _HERE,
    "evidence.fix": _HERE,
    "evidence.link": _HERE,
    "evidence.unlink": _HERE,
    "evidence.backdate": _AFTER_ENTRY,
    "statement.compose": _AFTER_ENTRY,
    "item.record": _HERE,
    "item.revise": _HERE | {Phase.HANDLE, Phase.PENALTY},
    "onsite.notice": _HERE,
    "onsite.order_immediate": _HERE,
    "evacuate.order": _HERE,
    "measure.seal": _HERE,
    "measure.detain": _HERE,
    "measure.release": _AFTER_ENTRY,
    "record.sign": _HERE,
    "record.refusal_noted": _HERE,
    "order.deadline": _AFTER_ENTRY,
    "no_penalty.educate": _AFTER_ENTRY,
    "transfer": _AFTER_ENTRY,
    "case.file": _AFTER_ENTRY,
    "penalty.propose": _AFTER_ENTRY,
    "legal_review.pass": _AFTER_ENTRY,
    "penalty.notice": _AFTER_ENTRY,
    "hearing.inform": _AFTER_ENTRY,
    "hearing.hold": _AFTER_ENTRY,
    "defence.hear": _AFTER_ENTRY,
    "defence.waive": _AFTER_ENTRY,
    "penalty.decide": _AFTER_ENTRY,
    "service.deliver": _AFTER_ENTRY,
    "reinspect.item": OFFICE_PHASES,
    "reinspect.report": OFFICE_PHASES,
    "overdue.act": OFFICE_PHASES,
    "doc.fill": LIVE_PHASES,
    "doc.render": LIVE_PHASES,
    "ui.focus_lost": LIVE_PHASES,
    "ui.offline": LIVE_PHASES,
    "ui.online": LIVE_PHASES,
}
"""In which phases an act is physically possible."""

OFFICE_DAYS: Mapping[str, int] = {
    "penalty.propose": 3,
    "legal_review.pass": 1,
    "penalty.notice": 1,
    "hearing.hold": 14,
    "defence.hear": 3,
    "penalty.decide": 3,
    "service.deliver": 1,
}
"""Days that pass before an act in the office when no date (`on`) is given."""

_SCHEMA: Mapping[str, Mapping[str, str]] = {
    "run.start": {"seed": "seed!", "mode": "mode!"},
    "plan.set": {
        "officers": "ids", "method": "str", "items": "ids", "route": "ids",
        "equipment": "ids", "announced": "bool",
    },
    "person.ask": {"presented": "ids"},
    "evidence.fix": {"form": "ids"},
    "evidence.link": {"atoms": "ids!"},
    "evidence.unlink": {"atoms": "ids!"},
    "item.record": {
        "mark": "mark!", "confidence": "int", "fact_text": "str", "atoms": "ids",
        "duty": "ids", "power": "ids",
    },
    "item.revise": {
        "mark": "mark", "confidence": "int", "fact_text": "str", "atoms": "ids",
        "duty": "ids", "power": "ids", "reason": "str!",
    },
    "onsite.notice": {"items": "ids!"},
    "onsite.order_immediate": {"items": "ids!"},
    "evacuate.order": {"items": "ids!"},
    "measure.seal": {"items": "ids!", "approval": "approval!"},
    "measure.detain": {"items": "ids!", "approval": "approval!"},
    "measure.release": {"items": "ids!"},
    "record.refusal_noted": {"reason": "str"},
    "order.deadline": {"items": "ids!", "days": "int!", "reinspection_date": "date"},
    "no_penalty.educate": {"items": "ids!", "basis": "ids"},
    "transfer": {"items": "ids!", "to": "str"},
    "case.file": {"items": "ids!"},
    "penalty.propose": {"lines": "lines!", "reasons": "str"},
    "penalty.notice": {"contents": "ids"},
    "penalty.decide": {"lines": "lines!", "explanation": "str"},
    "overdue.act": {"act": "str"},
    "doc.fill": {"fields": "map!"},
}  # fmt: skip
"""The payload of each verb; ``!`` marks what cannot be left out."""

NOTICE_CONTENTS = (
    "facts", "reasons", "basis", "proposed_penalty", "defence_right", "hearing_right",
)  # fmt: skip


def refusal(code: str, **params: Any) -> Refusal:
    """The refusal of this code with its sentence."""
    return Refusal(code, Phrase(REFUSALS[code], params))


def gate(case: Case, state: State, action: Action) -> Refusal | None:
    """Why the action cannot happen, or None when it can."""
    verb = action.verb
    if verb not in ALLOWED:
        return refusal("unknown_verb")
    if state.phase not in ALLOWED[verb]:
        over = state.phase not in LIVE_PHASES and state.phase is not Phase.ASSIGNED
        return refusal("run_over" if over else "not_now")
    if state.paused and verb not in {"run.resume", "run.submit", "run.expire"}:
        return refusal("run_paused")
    wrong = _payload_fault(case, action)
    if wrong:
        return refusal("malformed", field=wrong)
    check = _CHECKS.get(verb)
    return (check(case, state, action) if check else None) or _date(state, action)


def tidy(action: Action) -> Action:
    """The action with only the payload fields its verb knows, and none empty."""
    known = {*_SCHEMA.get(action.verb, {}), "on", "confirmed"}
    payload = {
        name: value
        for name, value in action.payload.items()
        if name in known and value is not None
    }
    return replace(action, payload=payload)


def _payload_fault(case: Case, action: Action) -> str | None:
    """The first payload field that is missing or of the wrong kind."""
    given = action.payload
    for name, kind in _SCHEMA.get(action.verb, {}).items():
        if name not in given:
            if kind.endswith("!"):
                return name
        elif not _KINDS[kind.rstrip("!")](given[name]):
            return name
    if "on" in given and not _is_date(given["on"]):
        return "on"
    if any(item not in case.item_by_id for item in given.get("items", ())):
        return "items"
    if any(line["item"] not in case.item_by_id for line in given.get("lines", ())):
        return "lines"
    return None


def _is_ids(value: Any) -> bool:
    fits = isinstance(value, list | tuple) and len(value) <= MOST_IDS
    return fits and all(isinstance(v, str) for v in value)


def _is_int(value: Any) -> bool:
    fits = isinstance(value, int) and not isinstance(value, bool)
    return fits and 0 <= value <= 10_000_000


def _is_date(value: Any) -> bool:
    try:
        return dt.date.fromisoformat(value).year < 2200
    except (TypeError, ValueError):
        return False


def _is_lines(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(
            isinstance(line, Mapping)
            and isinstance(line.get("item"), str)
            and _is_int(line.get("fine_yuan", 0))
            and _is_ids(line.get("power", ()))
            for line in value
        )
    )


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "str": lambda v: isinstance(v, str) and len(v) <= LONGEST_TEXT,
    "bool": lambda v: isinstance(v, bool),
    "int": _is_int,
    "seed": lambda v: isinstance(v, int) and v >= 0,
    "mode": lambda v: v in ("guided", "practice", "exam"),
    "ids": _is_ids,
    "date": _is_date,
    "lines": _is_lines,
    "map": lambda v: isinstance(v, Mapping),
    "mark": lambda v: v in ("violation", "compliant", "not_applicable"),
    "approval": lambda v: v in ("before", "within24h", "none"),
}


def _date(state: State, action: Action) -> Refusal | None:
    on = action.payload.get("on")
    if on and dt.date.fromisoformat(on) < state.clock.date():
        return refusal("back_in_time")
    return None


def _plan(case: Case, state: State, action: Action) -> Refusal | None:
    for officer in action.payload.get("officers", ()):
        if officer not in case.officer_by_id:
            return refusal("unknown_object", object=officer)
    for item in action.payload.get("items", ()):
        if item not in case.item_by_id:
            return refusal("unknown_object", object=item)
    return None


def _move(case: Case, state: State, action: Action) -> Refusal | None:
    places = {scene.id for scene in case.scenes} | {LEAVE}
    if action.object_id not in places:
        return refusal("unknown_object", object=action.object_id)
    return None


def _look(case: Case, state: State, action: Action) -> Refusal | None:
    source = case.sources.get(action.object_id)
    if source is None or source.verb != action.verb:
        return refusal("unknown_object", object=action.object_id)
    if source.at and source.at != state.at:
        return refusal("not_there")
    if not set(source.requires) <= set(state.atoms):
        return refusal("not_yet_seen")
    presented = action.payload.get("presented", ())
    if not set(presented) <= set(state.atoms):
        return refusal("not_in_hand")
    return _time(case, state)


def _time(case: Case, state: State) -> Refusal | None:
    if state.spent_min >= OVERRUN * case.head.time.onsite_budget_min:
        return refusal("out_of_time")
    return None


def _open(case: Case, state: State, action: Action) -> Refusal | None:
    document = next((d for d in case.documents if d.id == action.object_id), None)
    if document is None:
        return refusal("unknown_object", object=action.object_id)
    return refusal("not_there") if document.at != state.at else None


def _fix(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in state.atoms:
        return refusal("not_yet_seen")
    if not set(action.payload.get("form", ())) <= set(FORM_MARKS):
        return refusal("malformed", field="form")
    return _time(case, state)


def _invent(case: Case, state: State, action: Action) -> Refusal | None:
    known = set(case.atoms) | {p.id for p in case.people}
    if action.object_id not in known:
        return refusal("unknown_object", object=action.object_id)
    return None


def _item(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in case.item_by_id:
        return refusal("unknown_object", object=action.object_id)
    if not set(action.payload.get("atoms", ())) <= set(state.bag):
        return refusal("not_in_hand")
    return None


def _record(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id in state.records:
        return refusal("already_recorded")
    return _item(case, state, action)


def _revise(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in state.records:
        return _item(case, state, action) or refusal("not_recorded")
    if not action.payload["reason"].strip():
        return refusal("reason_needed")
    facts = {"mark", "fact_text", "atoms", "confidence"}
    if state.left_site and facts & set(action.payload):
        return refusal("left_site")
    return _item(case, state, action)


def _link(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in state.records:
        return _item(case, state, action) or refusal("not_recorded")
    return _item(case, state, action)


def _file(case: Case, state: State, action: Action) -> Refusal | None:
    taken = {item for file in state.files.values() for item in file.items}
    if taken & set(action.payload["items"]) or not action.payload["items"]:
        return refusal("already_filed")
    return None


def _penalty(case: Case, state: State, action: Action) -> Refusal | None:
    file = state.files.get(action.object_id)
    if file is None:
        return refusal("no_such_file")
    given = {line["item"] for line in action.payload.get("lines", ())}
    if not given <= set(file.items):
        return refusal("malformed", field="lines")
    if action.verb == "service.deliver":
        if not file.decision:
            return refusal("not_decided")
        return refusal("already_done") if file.served else None
    if file.decision:
        return refusal("already_done")
    needs_proposal = {"legal_review.pass", "penalty.notice", "hearing.inform"}
    if action.verb in needs_proposal and not file.proposal:
        return refusal("nothing_proposed")
    waived = case.defence is None
    if action.verb == "defence.waive" and file.noticed_on and not waived:
        return refusal("waiver_refused")
    return None


def _reinspect(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in case.item_by_id:
        return refusal("unknown_object", object=action.object_id)
    if action.object_id in state.reinspected and action.verb == "reinspect.item":
        return refusal("already_done")
    ordered = {item for _, item in state.orders}
    return None if action.object_id in ordered else refusal("not_ordered")


def _fill(case: Case, state: State, action: Action) -> Refusal | None:
    if action.object_id not in {d.id for d in case.documents_required}:
        return refusal("unknown_object", object=action.object_id)
    return None


_CHECKS: Mapping[str, Callable[[Case, State, Action], Refusal | None]] = {
    "plan.set": _plan,
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
    "item.revise": _revise,
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
    "overdue.act": _reinspect,
    "doc.fill": _fill,
    "doc.render": _fill,
}
