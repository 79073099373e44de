"""What one learns from a run after it is over: the key beside one's own work.

Never called before the run has ended; this is the place where truth comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.engine.case import Case, CaseItem, Source
from simulator.engine.cautions import proof_of
from simulator.engine.citations import matches
from simulator.engine.events import Event
from simulator.engine.evidence import relevant_atoms
from simulator.engine.paths import best_option, expert_route
from simulator.engine.procedure import trace
from simulator.engine.profile import Profile
from simulator.engine.scoring import ScoreReport, score
from simulator.engine.state import State
from simulator.engine.variants import cached_variant

MOST_PRACTICE = 3


@dataclass(frozen=True)
class Proof:
    """An atom that bears on an item: where it was, whether it was got and used."""

    atom: str
    text: str
    type: str
    where: tuple[str, ...]
    gained: bool
    fixed: bool
    linked: bool
    faults: tuple[str, ...]
    needed: bool


@dataclass(frozen=True)
class ItemDebrief:
    """Judgement, fact, evidence, law, measure and why, of one item."""

    id: str
    aspect: str
    text: str
    truth: str
    mark: str | None
    right: bool
    proof: float
    proofs: tuple[Proof, ...]
    duty_cited: tuple[str, ...]
    duty_key: tuple[str, ...]
    power_cited: tuple[str, ...]
    power_key: tuple[str, ...]
    wrong_citations: Mapping[str, str]
    measures: tuple[str, ...]
    measures_key: tuple[str, ...]
    measure_notes: tuple[str, ...]
    deadline_key: tuple[int, ...]
    fine_key: tuple[int, ...]
    trap: str
    explain: str
    lesson: str
    record_seq: int | None
    confidence: int | None


@dataclass(frozen=True)
class Practice:
    """One thing to practise next: what, why, where it is taught, where it stands."""

    title: str
    why: str
    lesson: str
    provisions: tuple[str, ...]


@dataclass(frozen=True)
class Confidence:
    """How often judgements made with this confidence (1 to 3) were right."""

    level: int
    recorded: int
    right: int
    wrong_items: tuple[str, ...]


@dataclass(frozen=True)
class StepDebrief:
    """One stop of the expert's path and when the candidate made it, if ever."""

    source: str
    place: str
    label: str
    cost_min: int
    own_seq: int | None


@dataclass(frozen=True)
class Debrief:
    """Everything the debrief page shows."""

    report: ScoreReport
    items: tuple[ItemDebrief, ...]
    expert_path: tuple[StepDebrief, ...]
    expert_min: int
    own_min: int
    budget_min: int
    missed_places: tuple[str, ...]
    practise: tuple[Practice, ...]
    confidence: tuple[Confidence, ...]


def debrief(
    case: Case, seed: int, profile: Profile, events: Iterable[Event]
) -> Debrief:
    """The debrief of a finished run."""
    log = tuple(events)
    mine = cached_variant(case, seed)
    state = trace(mine, log).state
    route = expert_route(mine)
    items = tuple(
        _item(mine, state, item, route.proofs.get(item.id, ()))
        for item in mine.applicable
    )
    report = score(case, seed, profile, log)
    return Debrief(
        report=report,
        items=items,
        expert_path=tuple(
            StepDebrief(
                source=key,
                place=mine.sources[key].at,
                label=source_label(mine, mine.sources[key]),
                cost_min=mine.sources[key].cost_min,
                own_seq=state.looked.get(key),
            )
            for key in route.sources
        ),
        expert_min=route.cost_min,
        own_min=state.spent_min,
        budget_min=mine.head.time.onsite_budget_min,
        missed_places=tuple(key for key in route.sources if key not in state.looked),
        practise=_practise(items, report, profile),
        confidence=_confidence(items),
    )


def source_label(case: Case, source: Source) -> str:
    """The neutral label of something to look at."""
    owner, _, part = source.id.partition(".")
    for scene in case.scenes:
        for hotspot in scene.hotspots:
            if hotspot.id == source.id:
                return hotspot.label
    for document in case.documents:
        if document.id == owner and part:
            region = next(r for r in document.regions if r.id == part)
            return f"{document.title} · {region.label}"
    for person in case.people:
        if person.id == owner and part:
            question = next(q for q in person.questions if q.id == part)
            return f"{person.name} · {question.text}"
    return next((t.label for t in case.tests if t.id == source.id), source.id)


def _item(
    case: Case, state: State, item: CaseItem, needed: tuple[str, ...]
) -> ItemDebrief:
    record, option = state.records.get(item.id), best_option(item)
    done = state.measures_for(item.id)
    cited = (*record.duty, *record.power) if record else ()
    mark = record.mark if record else None
    return ItemDebrief(
        id=item.id,
        aspect=item.aspect,
        text=item.text,
        truth=item.truth,
        mark=mark,
        right=mark == item.truth,
        proof=proof_of(case, state, item) if mark == "violation" else 0.0,
        proofs=tuple(
            _proof(case, state, item, atom, atom in needed)
            for atom in sorted(
                relevant_atoms(item) | set(record.atoms if record else ())
            )
        ),
        duty_cited=record.duty if record else (),
        duty_key=item.basis.duty,
        power_cited=record.power if record else (),
        power_key=item.basis.power,
        wrong_citations={
            c: why
            for c in cited
            for key, why in item.basis.wrong.items()
            if matches(c, key, 0.0)
        },
        measures=tuple(sorted(done)),
        measures_key=option.actions if option else (),
        measure_notes=_reasons(item, done),
        deadline_key=option.deadline_days if option else (),
        fine_key=option.fine_yuan if option else (),
        trap=item.trap.why if item.trap else "",
        explain=item.explain,
        lesson=item.lesson,
        record_seq=record.seq if record else None,
        confidence=record.confidence if record else None,
    )


def _reasons(item: CaseItem, done: frozenset[str]) -> tuple[str, ...]:
    """Why the measures taken earn less, or are wrong, in the words of the key."""
    if item.disposal is None:
        return ()
    accepted = [o.why for o in item.disposal.accept if set(o.actions) == done and o.why]
    rejected = [
        r.why
        for r in item.disposal.reject
        if set(r.actions) <= done and not set(r.without) & done
    ]
    return (*accepted, *rejected)


def _proof(case: Case, state: State, item: CaseItem, atom: str, needed: bool) -> Proof:
    record, fixed = state.records.get(item.id), state.bag.get(atom)
    return Proof(
        atom=atom,
        text=case.atoms[atom].text,
        type=case.atoms[atom].type,
        where=tuple(
            source_label(case, source) for source in case.sources_of.get(atom, ())
        ),
        gained=atom in state.atoms,
        fixed=fixed is not None,
        linked=record is not None and atom in record.atoms,
        faults=fixed.faults if fixed else (),
        needed=needed,
    )


def _practise(
    items: tuple[ItemDebrief, ...], report: ScoreReport, profile: Profile
) -> tuple[Practice, ...]:
    """Three things worth practising: vetoes first, then items, then procedure.

    Items judged wrongly come before those proved thinly; at most two vetoes, so
    that there is room for what was overlooked.
    """
    vetoes = [
        Practice(v.text, "", profile.vetoes[v.code].lesson, v.basis)
        for v in report.vetoes
    ]
    wrong = [i for i in items if not i.right and (i.mark or i.truth == "violation")]
    thin = [i for i in items if i.right and i.truth == "violation" and i.proof < 1]
    judged = [
        Practice(i.text, i.explain, i.lesson, (*i.duty_key[:1], *i.power_key[:1]))
        for i in (*wrong, *thin)
    ]
    broken = [
        Practice(f.rule.text, "", "", f.rule.basis)
        for f in report.findings
        if f.broken and not f.rule.veto
    ]
    return tuple((vetoes[:2] + judged + vetoes[2:] + broken)[:MOST_PRACTICE])


def _confidence(items: tuple[ItemDebrief, ...]) -> tuple[Confidence, ...]:
    """Right and wrong judgements by the confidence they were made with."""
    found = []
    for level in (3, 2, 1):
        made = [i for i in items if i.mark and i.confidence == level]
        if made:
            wrong = tuple(i.text for i in made if not i.right)
            found.append(
                Confidence(level, len(made), len(made) - len(wrong), wrong)
            )  # fmt: skip
    return tuple(found)
