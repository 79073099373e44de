"""Automatic fields of the enforcement documents, compared with the run itself.

A document is right where it says what the run did. It is not compared with the
hidden truth: a wrong finding truthfully written down is the finding's fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

from simulator.engine.case import Case, RequiredDocument
from simulator.engine.state import PenaltyLine, Proceeding, State, officers_on_site

FieldKind: TypeAlias = Literal[
    "text", "date", "officers", "items", "item_dates", "refs", "amounts", "yes",
    "scenes", "results",
]  # fmt: skip

FIELDS: Mapping[str, FieldKind] = {
    "enterprise": "text",
    "party": "text",
    "authority": "text",
    "date": "date",
    "authority_date": "date",
    "place": "scenes",
    "officers": "officers",
    "items": "items",
    "findings": "items",
    "facts": "items",
    "facts_evidence": "items",
    "order_ref": "items",
    "deadline": "item_dates",
    "reinspection_date": "item_dates",
    "basis": "refs",
    "type_basis": "refs",
    "proposed_penalty": "amounts",
    "penalty": "amounts",
    "result_each_item": "results",
    "signatures": "yes",
    "signature": "yes",
    "credentials_shown": "yes",
    "rights_told": "yes",
    "defence_right": "yes",
    "hearing_right": "yes",
    "remedy": "yes",
    "remedy_route": "yes",
    "payment": "yes",
    "reasons": "yes",
}
"""Every automatic field and what its value is made of.

text, date (ISO) and yes (bool) are single values; officers, items, refs and
scenes are lists of ids; item_dates, amounts and results map item ids to an ISO
date, yuan, or whether it was corrected.
"""


def documents_due(case: Case, state: State) -> tuple[RequiredDocument, ...]:
    """The documents this run's file must hold."""
    return tuple(d for d in case.documents_required if _DUE[d.when](state))


def expected_fields(
    case: Case, state: State, document: RequiredDocument
) -> dict[str, Any]:
    """The right value of each automatic field, from what the run did."""
    return {name: _expected(case, state, document, name) for name in document.auto}


def fields_right(
    case: Case, state: State, document: RequiredDocument
) -> tuple[str, ...]:
    """The automatic fields of the filled-in document that agree with the run."""
    given = state.filled.get(document.id, {})
    expected = expected_fields(case, state, document)
    return tuple(
        name
        for name, value in expected.items()
        if name in given and _same(given[name], value)
    )


def prefill(case: Case, state: State, document: RequiredDocument) -> dict[str, Any]:
    """What a system would fill in by itself: party, authority, officers, dates."""
    plain = {"enterprise", "party", "authority", "officers"}
    expected = expected_fields(case, state, document)
    return {name: value for name, value in expected.items() if name in plain}


def _same(given: Any, expected: Any) -> bool:
    if isinstance(expected, bool):
        return given is expected
    if isinstance(expected, Mapping):
        return isinstance(given, Mapping) and dict(given) == dict(expected)
    if isinstance(expected, list):
        return isinstance(given, list | tuple) and _set(given) == _set(expected)
    return isinstance(given, str) and _plain(given) == _plain(expected)


def _set(values: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(value) for value in values)


def _plain(text: str) -> str:
    return "".join(text.split())


def _expected(case: Case, state: State, document: RequiredDocument, name: str) -> Any:
    if name in {"date", "authority_date"}:
        return _date_of(case, state, document)
    if name == "basis" and document.when != "penalty":
        return sorted({p for r in _violations(state) for p in r.power})
    return _VALUES[name](case, state)


def _date_of(case: Case, state: State, document: RequiredDocument) -> str:
    """A decision is dated by the decision, everything else by the visit."""
    file = _decided(state)
    if document.when == "penalty" and file:
        day = file.decided_on if "penalty" in document.auto else file.noticed_on
        if day:
            return day.isoformat()
    return case.head.time.sim_start.date().isoformat()


def _violations(state: State) -> list[Any]:
    return [r for r in state.records.values() if r.mark == "violation"]


def _decided(state: State) -> Proceeding | None:
    """The proceeding the documents are about: the last one decided, else filed."""
    files = list(state.files.values())
    decided = [f for f in files if f.decision]
    candidates = decided or files
    return candidates[-1] if candidates else None


def _lines(state: State, *, decided: bool) -> tuple[PenaltyLine, ...]:
    return tuple(
        line
        for file in state.files.values()
        for line in (file.decision if decided else file.proposal)
    )


def _deadlines(state: State) -> dict[str, str]:
    return {
        o.item: _plus(o.on, o.days).isoformat()
        for o in state.orders.values()
        if o.kind == "order_deadline" and o.days is not None
    }


def _plus(day: Any, days: int) -> Any:
    return day.fromordinal(min(day.toordinal() + days, day.max.toordinal()))


def _again(state: State) -> dict[str, str]:
    return {
        o.item: o.reinspection_date.isoformat()
        for o in state.orders.values()
        if o.reinspection_date
    }


def _filed_items(state: State) -> list[str]:
    return sorted({i for f in state.files.values() for i in f.items})


def _refs(case: Case, state: State) -> list[str]:
    lines = _lines(state, decided=False)
    cited = {p for line in lines for p in line.power}
    recorded = {
        p
        for i in _filed_items(state)
        if i in state.records
        for p in state.records[i].power
    }
    return sorted(cited or recorded)


def _amounts(state: State, *, decided: bool) -> dict[str, int]:
    return {x.item: x.fine_yuan for x in _lines(state, decided=decided)}


_VALUES: Mapping[str, Callable[[Case, State], Any]] = {
    "enterprise": lambda c, s: c.enterprise.name,
    "party": lambda c, s: c.enterprise.name,
    "authority": lambda c, s: c.head.authority,
    "officers": lambda c, s: [o.id for o in officers_on_site(c, s)],
    "items": lambda c, s: list(s.plan.items),
    "place": lambda c, s: sorted(
        {c.sources[k].at for k in s.looked if c.sources[k].at}
    ),
    "findings": lambda c, s: [r.item for r in _violations(s)],
    "facts": lambda c, s: _filed_items(s),
    "facts_evidence": lambda c, s: _filed_items(s),
    "order_ref": lambda c, s: sorted({o.item for o in s.orders.values() if o.days}),
    "deadline": lambda c, s: _deadlines(s),
    "reinspection_date": lambda c, s: _again(s),
    "basis": _refs,
    "type_basis": _refs,
    "proposed_penalty": lambda c, s: _amounts(s, decided=False),
    "penalty": lambda c, s: _amounts(s, decided=True),
    "result_each_item": lambda c, s: dict(s.reinspected),
    "signatures": lambda c, s: s.signed or s.refusal_noted,
    "signature": lambda c, s: s.signed or s.refusal_noted,
    "credentials_shown": lambda c, s: s.credentials_shown,
    "rights_told": lambda c, s: _rights_told(s),
    "defence_right": lambda c, s: any(
        "defence_right" in f.notice_contents for f in s.files.values()
    ),
    "hearing_right": lambda c, s: any(f.hearing_informed for f in s.files.values()),
    "remedy": lambda c, s: True,
    "remedy_route": lambda c, s: True,
    "payment": lambda c, s: True,
    "reasons": lambda c, s: any(f.reasons for f in s.files.values()),
}


def _rights_told(state: State) -> bool:
    told = ["rights_told" in e.form for e in state.bag.values() if "signed" in e.form]
    return any(told)


_DUE: Mapping[str, Callable[[State], bool]] = {
    "always": lambda s: True,
    "violation": lambda s: bool(_violations(s)),
    "order": lambda s: any(k == "order_immediate" for k, _ in s.orders),
    "deadline": lambda s: any(k == "order_deadline" for k, _ in s.orders),
    "penalty": lambda s: any(f.proposal for f in s.files.values()),
    "hearing": lambda s: any(f.hearing_informed for f in s.files.values()),
    "statement": lambda s: any("rights_told" in e.form for e in s.bag.values()),
}
