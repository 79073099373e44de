"""Rules of due procedure, checked on the log, so that each fault names events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.engine.case import Case, Officer, Rule
from simulator.engine.cautions import QUIET_METHODS, hearing_due
from simulator.engine.events import Event
from simulator.engine.profile import Profile, load_profile
from simulator.engine.state import (
    PenaltyLine,
    State,
    initial,
    officers_on_site,
    reduce,
)
from simulator.engine.variants import cached_variant


@dataclass(frozen=True)
class Finding:
    """What a rule says about a run. Not applicable rules cost and earn nothing."""

    rule: Rule
    applicable: bool
    broken: bool
    event_seqs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A run prepared for judging: its events by verb and what was so when."""

    case: Case
    state: State
    events: tuple[Event, ...]
    by_verb: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    team_at: Mapping[str, tuple[tuple[int, tuple[Officer, ...]], ...]] = field(
        default_factory=dict
    )

    def of(self, *verbs: str) -> tuple[Event, ...]:
        return tuple(e for verb in verbs for e in self.by_verb.get(verb, ()))


def trace(case: Case, events: Iterable[Event]) -> Trace:
    """One pass over the log: the final state and what the rules ask about."""
    log = tuple(events)
    if log:
        seed = int(log[0].payload.get("seed", case.seed or 0))
        case = cached_variant(case, seed)
    state = initial(case, case.seed or 0, "practice")
    by_verb: dict[str, list[Event]] = {}
    teams: dict[str, list[tuple[int, tuple[Officer, ...]]]] = {}
    seen: set[str] = set()
    for event in log:
        if event.client_event_id and event.client_event_id in seen:
            continue
        seen.add(event.client_event_id)
        if event.verb in {"site.enter", "measure.seal", "measure.detain"}:
            team = (event.seq, officers_on_site(case, state))
            teams.setdefault(event.verb, []).append(team)
        state = reduce(case, state, event)
        by_verb.setdefault(event.verb, []).append(event)
    return Trace(
        case,
        state,
        log,
        {verb: tuple(found) for verb, found in by_verb.items()},
        {verb: tuple(found) for verb, found in teams.items()},
    )


def procedure_findings(
    case: Case, events: Iterable[Event], profile: Profile | None = None
) -> tuple[Finding, ...]:
    """Every rule of the profile and the case with what the log says about it."""
    return findings_of(
        trace(case, events), profile or load_profile(case.scoring.profile)
    )


def findings_of(run: Trace, profile: Profile) -> tuple[Finding, ...]:
    """The findings for a prepared run."""
    rules = (*profile.procedure, *run.case.procedure)
    return tuple(_judge(run, rule) for rule in rules)


def _judge(run: Trace, rule: Rule) -> Finding:
    if rule.when and not _CONDITIONS[rule.when](run):
        return Finding(rule, applicable=False, broken=False)
    applicable, seqs = _KINDS[rule.kind](run, rule)
    if seqs is None:
        return Finding(rule, applicable, broken=False)
    return Finding(rule, applicable, broken=True, event_seqs=tuple(seqs))


Verdict = tuple[bool, Sequence[int] | None]
"""Whether the rule applies, and the faulty events (None: kept)."""


def _before(run: Trace, rule: Rule) -> Verdict:
    thens = run.of(*rule.then)
    firsts = [*run.of(rule.first), *(run.of(rule.unless) if rule.unless else ())]
    faulty = []
    for then in thens:
        earlier = [
            f.seq
            for f in firsts
            if f.seq < then.seq and (rule.per == "run" or f.object_id == then.object_id)
        ]
        if not earlier:
            faulty.append(then.seq)
    return bool(thens), sorted(faulty) or None


def _exists(run: Trace, rule: Rule) -> Verdict:
    """What is missing names the events that called for it, or the last one."""
    if run.of(rule.event):
        return True, None
    called = run.of(rule.subject) if rule.subject else ()
    return True, [e.seq for e in called or run.events[-1:]]


def _absent(run: Trace, rule: Rule) -> Verdict:
    return True, [e.seq for e in run.of(rule.event)] or None


def _every(run: Trace, rule: Rule) -> Verdict:
    subjects = run.of(rule.subject)
    faulty = [s.seq for s in subjects if not _holds(run, rule, s)]
    return bool(subjects), faulty or None


def _holds(run: Trace, rule: Rule, subject: Event) -> bool:
    if rule.event:
        done = {e.object_id for e in run.of(rule.event) if e.seq > subject.seq}
        return set(subject.payload.get("items", ())) <= done
    value = subject.payload.get(rule.field)
    return set(rule.then) <= set(value or ()) if rule.then else bool(value)


def _team_rule(wrong: Callable[[tuple[Officer, ...], Rule], bool]) -> _Kind:
    def judge(run: Trace, rule: Rule) -> Verdict:
        teams = run.team_at.get(rule.scope, ())
        faulty = [seq for seq, team in teams if wrong(team, rule)]
        return bool(teams), faulty or None

    return judge


def _not_harsher(run: Trace, rule: Rule) -> Verdict:
    """Compares each decision with the last proposal before its notice."""
    decided = run.of("penalty.decide")
    faulty = []
    for decision in decided:
        notice = _last(run, "penalty.notice", decision)
        told = _last(run, "penalty.propose", notice) if notice else None
        if told and _exceeds(_fines(decision), _fines(told)):
            faulty.append(decision.seq)
    return bool(decided), faulty or None


def _last(run: Trace, verb: str, before: Event) -> Event | None:
    found = [
        e
        for e in run.of(verb)
        if e.object_id == before.object_id and e.seq < before.seq
    ]
    return found[-1] if found else None


def _fines(event: Event) -> dict[str, int]:
    return {
        line["item"]: int(line.get("fine_yuan", 0)) for line in event.payload["lines"]
    }


def _exceeds(fines: Mapping[str, int], told: Mapping[str, int]) -> bool:
    return any(amount > told.get(item, 0) for item, amount in fines.items())


def _within(run: Trace, rule: Rule) -> Verdict:
    thens, faulty = run.of(*rule.then), []
    for then in thens:
        first = _last(run, rule.first, then)
        if first and days_between(first, then, workdays=rule.workdays) > rule.days:
            faulty.append(then.seq)
    return bool(thens), faulty or None


def _wait(run: Trace, rule: Rule) -> Verdict:
    thens, faulty = run.of(*rule.then), []
    for then in thens:
        first = _last(run, rule.first, then)
        if first and days_between(first, then, workdays=rule.workdays) < rule.days:
            faulty.append(then.seq)
    return bool(thens), faulty or None


def days_between(first: Event, then: Event, *, workdays: bool) -> int:
    """Days from one event to another; workdays leave out weekends.

    Public holidays are not known to the engine (a case is dated clear of them).
    """
    start, end = first.sim_clock.date(), then.sim_clock.date()
    if not workdays:
        return (end - start).days
    days = (start + dt.timedelta(n + 1) for n in range((end - start).days))
    return sum(day.weekday() < 5 for day in days)


_Kind = Callable[[Trace, Rule], Verdict]
_KINDS: Mapping[str, _Kind] = {
    "before": _before,
    "exists": _exists,
    "absent": _absent,
    "every": _every,
    "min_officers": _team_rule(lambda team, rule: len(team) < rule.n),
    "all_licensed": _team_rule(
        lambda team, rule: any(o.licence != "valid" for o in team)
    ),
    "no_conflict": _team_rule(lambda team, rule: any(o.conflict_with for o in team)),
    "not_harsher_after": _not_harsher,
    "within": _within,
    "wait": _wait,
}


def _decided_large_fine(run: Trace) -> bool:
    return any(
        hearing_due(run.case, [PenaltyLine(i, n) for i, n in _fines(decision).items()])
        for decision in run.of("penalty.decide")
    )


_CONDITIONS: Mapping[str, Callable[[Trace], bool]] = {
    "violation_recorded": lambda run: any(
        r.mark == "violation" for r in run.state.records.values()
    ),
    "boss_refuses_sign": lambda run: "boss_refuses_sign" in run.state.flags,
    "reinspected": lambda run: bool(run.state.reinspected),
    "penalty": lambda run: bool(run.of("penalty.decide")),
    "hearing_due": _decided_large_fine,
    "quiet_method": lambda run: run.case.head.method in QUIET_METHODS,
    "sealed": lambda run: bool(run.of("measure.seal", "measure.detain")),
}
CONDITIONS = frozenset(_CONDITIONS)
