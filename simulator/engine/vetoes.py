"""Grounds on which a run fails whatever else it did well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.engine.case import CaseItem, Reject
from simulator.engine.cautions import fine_allowed, proof_of
from simulator.engine.procedure import Finding, Trace
from simulator.engine.profile import Profile

ORDERS = frozenset({"order_immediate", "order_deadline"})


@dataclass(frozen=True)
class Veto:
    """A raised veto with the events that prove it and the cap it puts on S."""

    code: str
    level: str
    text: str
    basis: tuple[str, ...]
    event_seqs: tuple[int, ...]
    cap: float


def vetoes_of(
    run: Trace, findings: Iterable[Finding], profile: Profile
) -> tuple[Veto, ...]:
    """Every veto of the run, one per code, with all its events."""
    raised: dict[str, set[int]] = {}
    for code, seqs in _raised(run, findings, profile):
        raised.setdefault(code, set()).update(seqs)
    return tuple(
        Veto(
            code=code,
            level=profile.vetoes[code].level,
            text=profile.vetoes[code].text,
            basis=profile.vetoes[code].basis,
            event_seqs=tuple(sorted(raised[code])),
            cap=getattr(profile.caps, profile.vetoes[code].level),
        )
        for code in profile.vetoes
        if code in raised
    )


Raised = Iterable[tuple[str, Iterable[int]]]


def _raised(run: Trace, findings: Iterable[Finding], profile: Profile) -> Raised:
    for finding in findings:
        if finding.broken and finding.rule.veto:
            yield finding.rule.veto, finding.event_seqs
    yield from _fines(run, profile)
    yield from _unfounded_measures(run)
    for event in run.of("measure.seal", "measure.detain"):
        if event.payload.get("approval") == "none":
            yield "seal_without_approval", (event.seq,)
    invented = run.of("evidence.backdate", "statement.compose")
    if invented:
        yield "evidence_invented", (e.seq for e in invented)
    yield from _ignored_danger(run)


def _fines(run: Trace, profile: Profile) -> Raised:
    state, seq_of = run.state, _decision_seqs(run)
    for item_id, seq in seq_of.items():
        item = run.case.item_by_id[item_id]
        proof = proof_of(run.case, state, item)
        if proof < profile.parameters.penalty_needs_proof:
            yield "insufficient_evidence", (seq,)
        rejected = _rejected(item, state.measures_for(item_id))
        if rejected:
            yield from ((r.veto, (seq,)) for r in rejected if r.veto)
        if not fine_allowed(item) and item.truth == "violation":
            yield "fine_without_power", (seq,)
        if not state.measures_for(item_id) & ORDERS:
            yield "fine_instead_of_rectification", (seq,)


def _decision_seqs(run: Trace) -> Mapping[str, int]:
    """The event that decided the fine of each item fined."""
    return {
        line.item: file.decision_seq
        for file in run.state.files.values()
        for line in file.decision
        if line.fine_yuan > 0
    }


def _rejected(item: CaseItem, done: frozenset[str]) -> tuple[Reject, ...]:
    if item.disposal is None:
        return ()
    return tuple(
        reject
        for reject in item.disposal.reject
        if set(reject.actions) <= done and not set(reject.without) & done
    )


def _unfounded_measures(run: Trace) -> Raised:
    """Orders about things nobody looked at, and seizures without lawful proof."""
    for order in run.state.orders.values():
        if order.kind in {"no_penalty_educate", "transfer"}:
            continue
        record = run.state.records.get(order.item)
        if record is None or not record.looked:
            yield "insufficient_evidence", (order.seq,)
        elif order.kind == "seal":
            item = run.case.item_by_id[order.item]
            if proof_of(run.case, run.state, item) <= 0:
                yield "insufficient_evidence", (order.seq,)


def _ignored_danger(run: Trace) -> Raised:
    """Imminent danger seen, and nobody was told to leave, stop or remove it."""
    for item in run.case.violations:
        if not item.imminent or item.evidence is None:
            continue
        signs = {a for clause in item.evidence.any_of for a in clause}
        seen = sorted(run.state.atoms[a] for a in signs if a in run.state.atoms)
        acted = run.state.measures_for(item.id) & {
            "order_immediate", "evacuate", "seal",
        }  # fmt: skip
        if seen and not acted:
            yield "imminent_danger_ignored", seen[:1]
