"""The score: a pure function of case, seed, profile, events and marks.

The formulas stand in docs/algorithms/simulator.md; update them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.engine.case import Case, CaseItem, Option
from simulator.engine.citations import matches
from simulator.engine.documents import documents_due, fields_right
from simulator.engine.events import Event, Phrase
from simulator.engine.evidence import relevance, relevant_atoms, sufficiency
from simulator.engine.messages import CLAIMS, NEEDS
from simulator.engine.procedure import Finding, Trace, findings_of, trace
from simulator.engine.profile import Parameters, Profile
from simulator.engine.state import ItemRecord, Order
from simulator.engine.variants import cached_variant
from simulator.engine.vetoes import Veto, vetoes_of


@dataclass(frozen=True)
class Mark:
    """An assessor's value (0..max) for one rubric line of one document."""

    document: str
    rubric: str
    value: float


@dataclass(frozen=True)
class ScoreLine:
    """One claim of the score with the events that prove it.

    `points` and `maximum` are shares of the component (before its weight); the
    component's own line carries the points of the total.
    """

    component: str
    claim: Phrase
    points: float
    maximum: float
    rule: str
    event_seqs: tuple[int, ...] = ()
    full_marks_needed: Phrase | None = None
    item: str = ""


@dataclass(frozen=True)
class ScoreReport:
    """The whole score of a run."""

    total: float
    components: Mapping[str, float]
    lines: tuple[ScoreLine, ...]
    vetoes: tuple[Veto, ...]
    provisional: bool
    passed: bool
    cap: float | None
    uncapped: float
    hit_rate: float
    false_alarm_rate: float
    profile: str
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def fatal_vetoes(self) -> tuple[str, ...]:
        return tuple(v.code for v in self.vetoes if v.level == "fatal")


@dataclass(frozen=True)
class _Judgement:
    """An item with its record and how far the record was proved."""

    item: CaseItem
    record: ItemRecord | None
    proof: float
    ratio: float

    @property
    def claimed(self) -> bool:
        return self.record is not None and self.record.mark == "violation"

    @property
    def seqs(self) -> tuple[int, ...]:
        return (self.record.seq,) if self.record else ()

    def hit(self, params: Parameters) -> float:
        """How far the violation counts as found: little without any proof."""
        if not self.claimed:
            return 0.0
        return 1.0 if self.proof > 0 else params.bare_hit


def score(
    case_version: Case,
    seed: int,
    profile: Profile,
    events: Iterable[Event],
    marks: Sequence[Mark] = (),
) -> ScoreReport:
    """The score of a run of this case with this seed."""
    case = cached_variant(case_version, seed)
    run = trace(case, events)
    params = profile.parameters
    judged = [_judge(run, item, params) for item in case.applicable]
    hit_rate, false_alarms, detection = _detection(judged, params)
    findings = findings_of(run, profile)
    lines = [*detection]
    parts: dict[str, float] = {"D": max(0.0, hit_rate - false_alarms)}
    for name, per_item in (("E", _evidence), ("L", _law), ("P", _disposal)):
        parts[name], found = _per_violation(run, judged, per_item, params, name)
        parts[name] *= 1 - false_alarms
        lines += found
    parts["R"], found = _procedure(findings)
    lines += found
    parts["G"], provisional, found = _documents(run, marks)
    lines += found
    parts["K"], found = _coverage(judged)
    lines += found
    parts["T"] = _time(run, params) if parts["D"] >= params.time_needs_d else 0.0
    lines.append(_line("T", "time", parts["T"], 1.0, "C.6"))
    return _report(
        run, profile, parts, lines, findings, provisional, hit_rate, false_alarms
    )


def _report(
    run: Trace,
    profile: Profile,
    parts: Mapping[str, float],
    lines: Sequence[ScoreLine],
    findings: tuple[Finding, ...],
    provisional: bool,
    hit_rate: float,
    false_alarms: float,
) -> ScoreReport:
    weights = profile.weights
    uncapped = 100 * sum(getattr(weights, name) * part for name, part in parts.items())
    vetoes = vetoes_of(run, findings, profile)
    cap = min((veto.cap for veto in vetoes), default=None)
    total = round(uncapped if cap is None else min(uncapped, cap), 2)
    fatal = any(veto.level == "fatal" for veto in vetoes)
    return ScoreReport(
        total=total,
        components={name: round(part, 4) for name, part in parts.items()},
        lines=tuple(lines),
        vetoes=vetoes,
        provisional=provisional or profile.provisional_pass_mark,
        passed=total >= profile.pass_mark and not fatal,
        cap=cap,
        uncapped=round(uncapped, 2),
        hit_rate=round(hit_rate, 4),
        false_alarm_rate=round(false_alarms, 4),
        profile=profile.name,
        findings=findings,
    )


def _line(
    component: str,
    code: str,
    points: float,
    maximum: float,
    rule: str,
    seqs: tuple[int, ...] = (),
    about: CaseItem | None = None,
    **params: Any,
) -> ScoreLine:
    """A score line; what full marks needed is told unless they were reached."""
    if about:
        params["item"] = about.text
    full = points >= maximum - 1e-9
    needed = None if full or code not in NEEDS else Phrase(NEEDS[code], params)
    return ScoreLine(
        component, Phrase(CLAIMS[code], params), round(points, 4), round(maximum, 4),
        rule, seqs, needed, about.id if about else "",
    )  # fmt: skip


def _judge(run: Trace, item: CaseItem, params: Parameters) -> _Judgement:
    record, bag = run.state.records.get(item.id), run.state.bag
    if record is None or record.mark != "violation":
        return _Judgement(item, record, 0.0, 1.0)
    usable = frozenset(a for a in record.atoms if a in bag and bag[a].lawful)
    proof = sufficiency(
        item.evidence,
        usable,
        run.case.atoms,
        lone=params.lone_statement,
        incomplete=params.incomplete_proof,
    )
    return _Judgement(
        item, record, proof, relevance(record.atoms, relevant_atoms(item))
    )


def _detection(
    judged: Sequence[_Judgement], params: Parameters
) -> tuple[float, float, list[ScoreLine]]:
    """H and F with a line for every violation and every false accusation."""
    violations = [j for j in judged if j.item.truth == "violation"]
    innocent = [j for j in judged if j.item.truth == "compliant"]
    whole = sum(j.item.weight for j in violations) or 1
    lines, hits = [], 0.0
    for j in violations:
        hit = j.hit(params)
        hits += j.item.weight * hit
        code = "hit" if hit == 1 else "bare_hit" if hit else "miss"
        share = j.item.weight / whole
        lines.append(
            _line("D", code, hit * share, share, "C.2", j.seqs, j.item)
        )  # fmt: skip
    wrong = [j for j in innocent if j.claimed]
    for j in wrong:
        cost = -1 / len(innocent)
        lines.append(
            _line("D", "false_alarm", cost, 0.0, "C.2", j.seqs, j.item)
        )  # fmt: skip
    return hits / whole, len(wrong) / (len(innocent) or 1), lines


_PerItem = Callable[[Trace, _Judgement, Parameters], float | None]


def _per_violation(
    run: Trace,
    judged: Sequence[_Judgement],
    per_item: _PerItem,
    params: Parameters,
    component: str,
) -> tuple[float, list[ScoreLine]]:
    """A component averaged over the violations by weight; None is left out."""
    valued = [
        (j, per_item(run, j, params)) for j in judged if j.item.truth == "violation"
    ]
    counted = [(j, value * j.hit(params)) for j, value in valued if value is not None]
    whole = sum(j.item.weight for j, _ in counted) or 1
    lines = [
        _line(component, f"item_{component}", j.item.weight / whole * value,
              j.item.weight / whole, _RULES[component], j.seqs, j.item)
        for j, value in counted
    ]  # fmt: skip
    return sum(j.item.weight * value for j, value in counted) / whole, lines


_RULES = {"E": "C.3", "L": "C.4", "P": "C.5"}


def _evidence(run: Trace, j: _Judgement, params: Parameters) -> float:
    return j.proof * j.ratio if j.claimed else 0.0


def _law(run: Trace, j: _Judgement, params: Parameters) -> float | None:
    """L of an item: 0.6 · F1(duty) + 0.4 · F1(power), unread law left out."""
    basis, laws = j.item.basis, run.case.laws
    duty, power = _read(basis.duty, laws), _read(basis.power, laws)
    if not duty and not power:
        return None
    if not j.claimed or j.record is None:
        return 0.0
    ignored = {*basis.also, *basis.unverified}
    shares = [
        (params.duty_share, duty, j.record.duty),
        (params.power_share, power, j.record.power),
    ]
    counted = [(share, keys, cited) for share, keys, cited in shares if keys]
    total = sum(share for share, _, _ in counted)
    found = sum(
        share * f1([c for c in cited if c not in ignored], keys, params.article_only)
        for share, keys, cited in counted
    )
    return found / total


def _read(keys: Iterable[str], laws: Mapping[str, Any]) -> list[str]:
    """Keys of laws whose text was read; others are never scored."""
    codes = {code for code, law in laws.items() if law.verified}
    return [key for key in keys if key.partition(":")[0] in codes]


def f1(cited: Sequence[str], keys: Sequence[str], article_only: float) -> float:
    """Harmonic mean of precision and recall; one accepted key suffices."""
    if not cited:
        return 0.0
    earned = [max(matches(c, key, article_only) for key in keys) for c in cited]
    recall, precision = max(earned), sum(earned) / len(earned)
    return 2 * precision * recall / (precision + recall) if recall else 0.0


def _disposal(run: Trace, j: _Judgement, params: Parameters) -> float | None:
    """P of an item: the best accepted option the measures amount to."""
    if j.item.disposal is None:
        return None
    if not j.claimed:
        return 0.0
    done = run.state.measures_for(j.item.id)
    panel = j.item.disposal.panel
    if panel:
        most = max(choice.votes for choice in panel)
        shares = [c.votes / most for c in panel if set(c.actions) == done]
        if shares:
            options = [o for o in j.item.disposal.accept if set(o.actions) <= done]
            fit = max((_terms(run, j, o, params) for o in options), default=1.0)
            return max(shares) * fit
    return max(
        (_option(run, j, option, done, params) for option in j.item.disposal.accept),
        default=0.0,
    )


def _option(
    run: Trace, j: _Judgement, option: Option, done: frozenset[str], params: Parameters
) -> float:
    wanted = set(option.actions)
    if not option.verified or not wanted <= done:
        return 0.0
    extra = 1.0 if wanted == done else params.extra_measure
    return option.credit * extra * _terms(run, j, option, params)


def _terms(run: Trace, j: _Judgement, option: Option, params: Parameters) -> float:
    """How well deadline, fine, basis and re-inspection date fit the option."""
    state, factor = run.state, 1.0
    order = state.orders.get(("order_deadline", j.item.id))
    if order and "order_deadline" in option.actions:
        factor *= _deadline(order, option.deadline_days)
        if order.reinspection_date is None:
            factor *= params.no_reinspection_date
    fine = state.fines.get(j.item.id)
    if fine and option.fine_yuan:
        low, high = option.discretion or option.fine_yuan
        inside = option.fine_yuan[0] <= fine.fine_yuan <= option.fine_yuan[1]
        factor *= _band(fine.fine_yuan, low, high) if inside else 0.0
    spared = state.orders.get(("no_penalty_educate", j.item.id))
    if option.requires_basis and spared:
        cited = [
            max((matches(c, k, 0.0) for c in spared.basis), default=0.0)
            for k in option.requires_basis
        ]
        factor *= min(cited)
    return factor


def _deadline(order: Order, days: Sequence[int]) -> float:
    if len(days) != 2 or order.days is None:
        return 1.0
    return _band(order.days, days[0], days[1])


def _band(value: float, low: float, high: float) -> float:
    """1 inside [low, high], linear to 0 at low/2 and 2·high."""
    if low <= value <= high:
        return 1.0
    if value < low:
        return max(0.0, (value - low / 2) / (low / 2))
    return max(0.0, (2 * high - value) / high)


def _procedure(findings: Sequence[Finding]) -> tuple[float, list[ScoreLine]]:
    applicable = [f for f in findings if f.applicable]
    whole = sum(f.rule.points for f in applicable) or 1
    lines = [
        ScoreLine(
            component="R",
            claim=Phrase(f.rule.text),
            points=0.0 if f.broken else round(f.rule.points / whole, 4),
            maximum=round(f.rule.points / whole, 4),
            rule=f.rule.id,
            event_seqs=f.event_seqs,
            full_marks_needed=Phrase(f.rule.text) if f.broken else None,
        )
        for f in applicable
    ]
    broken = sum(f.rule.points for f in applicable if f.broken)
    return 1 - broken / whole, lines


def _documents(
    run: Trace, marks: Sequence[Mark]
) -> tuple[float, bool, list[ScoreLine]]:
    """G: automatic fields and, where an assessor marked them, the rubric.

    Without marks only the automatic fields count and the result is provisional.
    """
    due = documents_due(run.case, run.state)
    given = {(m.document, m.rubric): m.value for m in marks}
    whole, total, provisional, lines = sum(d.weight for d in due) or 1, 0.0, False, []
    for document in due:
        right = fields_right(run.case, run.state, document)
        auto = len(right) / len(document.auto) if document.auto else 1.0
        rated = [given.get((document.id, line.id)) for line in document.rubric]
        value = auto
        if document.rubric and all(r is not None for r in rated):
            most = sum(line.max for line in document.rubric)
            value = (auto + sum(r or 0 for r in rated) / most) / 2
        elif document.rubric:
            provisional = True
        total += document.weight * value
        missing = [name for name in document.auto if name not in right]
        lines.append(
            _line("G", "document", document.weight / whole * value,
                  document.weight / whole, "C.6", document=document.template,
                  fields=", ".join(missing))
        )  # fmt: skip
    return total / whole, provisional, lines


def _coverage(judged: Sequence[_Judgement]) -> tuple[float, list[ScoreLine]]:
    """K: must-check items recorded and really looked at."""
    must = [j for j in judged if j.item.must_check]
    covered = [j for j in must if j.record and j.record.looked]
    share = 1 / (len(must) or 1)
    lines = [
        _line("K", "covered" if j in covered else "not_covered",
              share if j in covered else 0.0, share, "C.6", j.seqs, j.item)
        for j in must
    ]  # fmt: skip
    return len(covered) * share, lines


def _time(run: Trace, params: Parameters) -> float:
    """T: 1 inside the budget, falling to 0 at 25 % over it."""
    over = run.state.spent_min / run.case.head.time.onsite_budget_min - 1
    return min(1.0, max(0.0, 1 - over / params.time_overrun))
