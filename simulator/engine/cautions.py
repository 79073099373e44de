"""Soft gates: acts that are possible and wrong.

Guided mode shows the caution before the act takes effect, practice mode after,
the exam not at all. What counts in the score is judged from the log by
`procedure` and `vetoes`; this module only speaks to the learner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from simulator.engine.case import Case, CaseItem
from simulator.engine.events import Action, Caution, Phrase
from simulator.engine.evidence import form_faults, sufficiency
from simulator.engine.messages import CAUTIONS
from simulator.engine.state import (
    LEAVE,
    PenaltyLine,
    Proceeding,
    State,
    officers_on_site,
)

QUIET_METHODS = frozenset({"unannounced", "random"})
"""Methods whose point is lost when the enterprise is warned."""

LOOKING = frozenset(
    {"hotspot.inspect", "document.read", "person.ask", "equipment.test"}
)


def cautions(case: Case, state: State, action: Action) -> tuple[Caution, ...]:
    """Everything that is wrong with the act, worst first."""
    check = _CHECKS.get(action.verb)
    if check is None:
        return ()
    return tuple(
        Caution(code, Phrase(CAUTIONS[code])) for code in check(case, state, action)
    )


def team_faults(case: Case, state: State) -> tuple[str, ...]:
    """What is wrong with the officers chosen."""
    team = officers_on_site(case, state)
    found = []
    if len(team) < 2:
        found.append("single_officer")
    if any(officer.licence != "valid" for officer in team):
        found.append("unqualified_officer")
    if any(officer.conflict_with for officer in team):
        found.append("conflict_not_recused")
    return tuple(found)


def proof_of(case: Case, state: State, item: CaseItem) -> float:
    """S of the item: lawful fixed evidence linked to its record."""
    record = state.records.get(item.id)
    if record is None:
        return 0.0
    usable = frozenset(
        a for a in record.atoms if a in state.bag and state.bag[a].lawful
    )
    return sufficiency(item.evidence, usable, case.atoms)


def hearing_due(case: Case, lines: Iterable[PenaltyLine]) -> bool:
    """Whether fines of this size give a right to a hearing here."""
    limit = case.head.hearing_fine_yuan
    return limit is not None and sum(line.fine_yuan for line in lines) >= limit


def fine_allowed(item: CaseItem) -> bool:
    """Whether any accepted, verified way to deal with the item fines."""
    if item.truth != "violation" or item.disposal is None:
        return False
    return any("fine" in o.actions for o in item.disposal.accept if o.verified)


def harsher(file: Proceeding, lines: Iterable[PenaltyLine]) -> bool:
    """Whether a fine grew between the notice and the decision."""
    told = {line.item: line.fine_yuan for line in file.proposal}
    return any(line.fine_yuan > told.get(line.item, 0) for line in lines)


def _submit(case: Case, state: State, action: Action) -> Iterable[str]:
    yield from team_faults(case, state)
    if state.plan.announced and case.head.method in QUIET_METHODS:
        yield "advance_warning"


def _notify(case: Case, state: State, action: Action) -> Iterable[str]:
    if case.head.method in QUIET_METHODS:
        yield "advance_warning"


def _enter(case: Case, state: State, action: Action) -> Iterable[str]:
    yield from team_faults(case, state)
    if not state.plan.submitted:
        yield "no_plan"


def _look(case: Case, state: State, action: Action) -> Iterable[str]:
    if not state.credentials_shown:
        yield "credentials_not_shown"


def _fix(case: Case, state: State, action: Action) -> Iterable[str]:
    faults = form_faults(
        case.atoms[action.object_id],
        action.payload.get("form", ()),
        officers=len(officers_on_site(case, state)),
        credentials_shown=state.credentials_shown,
    )
    if faults:
        yield "unlawful_form"


def _invent(case: Case, state: State, action: Action) -> Iterable[str]:
    yield "evidence_invented"


def _record(case: Case, state: State, action: Action) -> Iterable[str]:
    item = case.item_by_id[action.object_id]
    bears = set(item.look)
    if item.evidence:
        bears |= {a for clause in item.evidence.any_of for a in clause}
    if not bears & set(state.atoms):
        yield "nothing_looked_at"
    elif action.payload["mark"] == "violation" and not action.payload.get("atoms"):
        yield "no_evidence"


def _move(case: Case, state: State, action: Action) -> Iterable[str]:
    if action.object_id != LEAVE:
        return
    broken = any(r.mark == "violation" for r in state.records.values())
    if broken and not state.notice_seq:
        yield "no_notice_on_site"
    if not (state.signed or state.refusal_noted):
        yield "no_signature"


def _order(case: Case, state: State, action: Action) -> Iterable[str]:
    for item in action.payload["items"]:
        record = state.records.get(item)
        if record is None or not record.atoms:
            yield "no_evidence"
            break
    if action.verb == "order.deadline" and not action.payload.get("reinspection_date"):
        yield "no_reinspection_date"


def _seal(case: Case, state: State, action: Action) -> Iterable[str]:
    if action.payload["approval"] == "none":
        yield "seal_without_approval"


def _propose(case: Case, state: State, action: Action) -> Iterable[str]:
    for line in action.payload["lines"]:
        item = case.item_by_id[line["item"]]
        if line.get("fine_yuan", 0) and not fine_allowed(item):
            yield "fine_without_power"
            return


def _decide(case: Case, state: State, action: Action) -> Iterable[str]:
    file = state.files[action.object_id]
    lines = [
        PenaltyLine(line["item"], line.get("fine_yuan", 0))
        for line in action.payload["lines"]
    ]
    if file.noticed_on is None:
        yield "no_notice_before_penalty"
    if not (file.heard or file.waived):
        yield "defence_refused"
    if hearing_due(case, lines) and not file.hearing_informed:
        yield "hearing_not_told"
    if hearing_due(case, lines) and not file.reviewed:
        yield "no_legal_review"
    if file.noticed_on and harsher(file, lines):
        yield "harsher_after_defence"
    yield from _propose(case, state, action)
    for line in lines:
        if line.fine_yuan and proof_of(case, state, case.item_by_id[line.item]) < 0.5:
            yield "no_evidence"
            break
    ordered = {i for k, i in state.orders if k in ("order_immediate", "order_deadline")}
    if any(line.fine_yuan and line.item not in ordered for line in lines):
        yield "fine_instead_of_rectification"


def _submit_run(case: Case, state: State, action: Action) -> Iterable[str]:
    open_items = {
        order.item
        for order in state.orders.values()
        if order.kind == "order_deadline" and order.item not in state.reinspected
    }
    if open_items:
        yield "not_reinspected"


_CHECKS: Mapping[str, Callable[[Case, State, Action], Iterable[str]]] = {
    "plan.submit": _submit,
    "enterprise.notify": _notify,
    "site.enter": _enter,
    **dict.fromkeys(LOOKING, _look),
    "evidence.fix": _fix,
    "evidence.backdate": _invent,
    "statement.compose": _invent,
    "item.record": _record,
    "scene.move": _move,
    "onsite.order_immediate": _order,
    "order.deadline": _order,
    "measure.seal": _seal,
    "measure.detain": _seal,
    "penalty.propose": _propose,
    "penalty.decide": _decide,
    "run.submit": _submit_run,
}
