"""The life of a qualification: a fold over its ledger entries.

The ledger is bitemporal. ``effective_at`` says since when an entry is true,
``recorded_at`` since when the register knew it. The state on day D as known on
day K is the fold of the entries recorded by K and effective by D, in the order in
which they took effect. See docs/algorithms/qualification.md for the picture; keep
both equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from credentials.enums import (
    CLOSED_STATES,
    NOTE_ACTS,
    OPENING_ACTS,
    Act,
    Ground,
    QualificationState,
)

State = QualificationState

TRANSITIONS: Mapping[tuple[State, Act], State] = {
    (State.ABSENT, Act.ISSUED): State.ACTIVE,
    (State.ABSENT, Act.MIGRATED): State.ACTIVE,
    (State.ACTIVE, Act.SUSPENDED): State.SUSPENDED,
    (State.SUSPENDED, Act.REINSTATED): State.ACTIVE,
    (State.ACTIVE, Act.REVOKED): State.REVOKED,
    (State.SUSPENDED, Act.REVOKED): State.REVOKED,
    (State.ACTIVE, Act.SURRENDERED): State.SURRENDERED,
    (State.SUSPENDED, Act.SURRENDERED): State.SURRENDERED,
    (State.ACTIVE, Act.RENEWED): State.ACTIVE,
    (State.ACTIVE, Act.EXTENDED): State.ACTIVE,
    (State.ACTIVE, Act.SCOPE_CHANGED): State.ACTIVE,
    (State.ACTIVE, Act.CARD_REISSUED): State.ACTIVE,
    (State.ACTIVE, Act.CHECKED): State.ACTIVE,
    (State.ACTIVE, Act.EXPIRED): State.EXPIRED,
    (State.SUSPENDED, Act.EXPIRED): State.EXPIRED,
}
"""Every allowed act; what is not listed is refused. Notes and rescissions change no
state by themselves and are allowed whenever the qualification exists."""

GROUNDS: Mapping[Act, frozenset[Ground]] = {
    Act.ISSUED: frozenset({Ground.REQUIREMENTS_MET}),
    Act.MIGRATED: frozenset({Ground.EARLIER_REGISTER}),
    Act.SUSPENDED: frozenset(
        {
            Ground.CARD_NOT_SHOWN,
            Ground.PROCEDURE_VIOLATED,
            Ground.POWERS_EXCEEDED,
            Ground.DUTY_NEGLECTED,
            Ground.UNCIVIL_ENFORCEMENT,
            Ground.RETALIATION,
            Ground.SUPERVISION_REFUSED,
            Ground.CARD_MISUSED,
            Ground.ANNUAL_CHECK_MISSED,
            Ground.EXAM_FAILED,
            Ground.EXAM_ANNULLED,
            Ground.PREREQUISITE_LAPSED,
            Ground.DISCIPLINED,
            Ground.FALSE_EVIDENCE,
        }
    ),
    Act.REINSTATED: frozenset({Ground.MEASURES_COMPLETED}),
    Act.REVOKED: frozenset(
        {
            Ground.PROCEDURE_VIOLATED,
            Ground.POWERS_EXCEEDED,
            Ground.DUTY_NEGLECTED,
            Ground.UNCIVIL_ENFORCEMENT,
            Ground.RETALIATION,
            Ground.SUPERVISION_REFUSED,
            Ground.CARD_MISUSED,
            Ground.EXAM_FAILED,
            Ground.EXAM_ANNULLED,
            Ground.DISCIPLINED,
            Ground.FALSE_EVIDENCE,
        }
    ),
    Act.SURRENDERED: frozenset(
        {Ground.MOVED_AWAY, Ground.LEFT_SERVICE, Ground.OWN_REQUEST}
    ),
    Act.RENEWED: frozenset({Ground.TERM_ENDING, Ground.TERM_ENDED}),
    Act.EXTENDED: frozenset({Ground.TERM_ENDING}),
    Act.SCOPE_CHANGED: frozenset({Ground.FIELD_CHANGED, Ground.BODY_CHANGED}),
    Act.CARD_REISSUED: frozenset(
        {
            Ground.CARD_LOST,
            Ground.CARD_DAMAGED,
            Ground.NAME_CHANGED,
            Ground.BODY_CHANGED,
        }
    ),
    Act.CHECKED: frozenset({Ground.CHECK_PASSED}),
    Act.EXPIRED: frozenset({Ground.TERM_ENDED}),
    Act.OBJECTION_NOTED: frozenset({Ground.OBJECTION}),
    Act.HEARING_NOTED: frozenset({Ground.HEARING}),
    Act.RESCINDED: frozenset({Ground.ENTERED_IN_ERROR}),
    Act.FROZEN: frozenset({Ground.INVESTIGATION}),
    Act.UNFROZEN: frozenset({Ground.INVESTIGATION_ENDED}),
}
"""Which reason codes an act may carry."""


class IllegalAct(Exception):
    """An act that the life of the qualification does not allow."""

    def __init__(self, code: str, *, state: State, act: Act, sequence: int) -> None:
        super().__init__(f"{code}: {act} in {state} (entry {sequence})")
        self.code = code
        self.state = state
        self.act = act
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger entry of one qualification, free of personal data."""

    sequence: int
    act: Act
    effective_at: datetime
    recorded_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """A half-open term of validity: ``since`` counts, ``until`` does not."""

    since: datetime
    until: datetime

    def covers(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Scope:
    """What a qualification covers."""

    sectors: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of a qualification after some of its entries."""

    state: State = State.ABSENT
    terms: tuple[Term, ...] = ()
    scope: Scope = field(default_factory=Scope)
    scheme_version: int = 0
    number: str = ""
    suspended_since: datetime | None = None
    suspended_by: int = 0
    checked_at: datetime | None = None
    ground: str = ""
    closed_at: datetime | None = None
    closed_by: int = 0
    last_sequence: int = 0

    @property
    def valid_from(self) -> datetime | None:
        return self.terms[0].since if self.terms else None

    @property
    def valid_to(self) -> datetime | None:
        return self.terms[-1].until if self.terms else None


def in_force(
    entries: Iterable[Entry], *, known_at: datetime | None = None
) -> list[Entry]:
    """The entries that count, in the order in which they took effect.

    A rescinded entry counts for nobody who knows of the rescission.
    """
    known = [e for e in entries if known_at is None or e.recorded_at <= known_at]
    rescinded = {e.details["target"] for e in known if e.act == Act.RESCINDED}
    counting = [
        e for e in known if e.sequence not in rescinded and e.act != Act.RESCINDED
    ]
    return sorted(counting, key=lambda e: (e.effective_at, e.sequence))


def fold(
    entries: Iterable[Entry],
    *,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Standing:
    """The standing after all entries effective by ``at`` and recorded by ``known_at``.

    Raises ``IllegalAct`` for a ledger that could not have been written.
    """
    seen = list(entries)
    standing = Standing()
    for entry in in_force(seen, known_at=known_at):
        if at is not None and entry.effective_at > at:
            break
        standing = apply(standing, entry)
    known = [e.sequence for e in seen if known_at is None or e.recorded_at <= known_at]
    return replace(standing, last_sequence=max(known, default=0))


def apply(standing: Standing, entry: Entry) -> Standing:
    """One step of the fold.

    After the end of a qualification, entries that had been recorded before that
    end became known are void; later ones are illegal. So is a suspension announced
    before another one, with an earlier day, overtook it.
    """
    if standing.state in CLOSED_STATES and entry.act not in NOTE_ACTS:
        if entry.sequence < standing.closed_by:
            return standing
        raise _illegal("closed", standing, entry)
    if entry.act in NOTE_ACTS:
        if standing.state == State.ABSENT:
            raise _illegal("absent", standing, entry)
        return standing
    if _overtaken(standing, entry):
        return standing
    target = TRANSITIONS.get((standing.state, entry.act))
    if target is None:
        raise _illegal("not_allowed", standing, entry)
    return _APPLY.get(entry.act, _keep)(replace(standing, state=target), entry)


def allowed_acts(standing: Standing) -> frozenset[Act]:
    """The acts that could follow now, for buttons and messages."""
    acts = {act for (state, act) in TRANSITIONS if state == standing.state}
    if standing.state != State.ABSENT:
        acts |= NOTE_ACTS | {Act.RESCINDED}
    return frozenset(acts)


def check_act(entries: Iterable[Entry], new: Entry) -> Standing:
    """The standing with ``new`` recorded, or ``IllegalAct``.

    The whole timeline is folded again: an act that takes effect earlier than
    others must leave every later one possible.
    """
    existing = list(entries)
    if new.act == Act.RESCINDED:
        _check_rescission(existing, new)
    return fold([*existing, new])


def state_at(standing: Standing, at: datetime) -> State:
    """The state at an instant, with what only time decides.

    ``standing`` must be folded up to ``at``.
    """
    if standing.state in {State.ACTIVE, State.SUSPENDED} and standing.terms:
        if at < standing.terms[0].since:
            return State.PENDING
        if not any(term.covers(at) for term in standing.terms):
            return State.EXPIRED
    return standing.state


def _check_rescission(existing: list[Entry], new: Entry) -> None:
    target = next((e for e in existing if e.sequence == new.details["target"]), None)
    standing = fold(existing)
    if target is None or target.act in OPENING_ACTS | {Act.RESCINDED} | NOTE_ACTS:
        raise _illegal("target_unfit", standing, new)
    already = {e.details["target"] for e in existing if e.act == Act.RESCINDED}
    if target.sequence in already:
        raise _illegal("target_rescinded", standing, new)


def _illegal(code: str, standing: Standing, entry: Entry) -> IllegalAct:
    return IllegalAct(
        code, state=standing.state, act=entry.act, sequence=entry.sequence
    )


def _overtaken(standing: Standing, entry: Entry) -> bool:
    return (
        standing.state == State.SUSPENDED
        and entry.act == Act.SUSPENDED
        and entry.recorded_at < entry.effective_at
        and entry.sequence < standing.suspended_by
    )


def _keep(standing: Standing, entry: Entry) -> Standing:
    return standing


def _open(standing: Standing, entry: Entry) -> Standing:
    term = _term(standing, entry)
    return replace(
        standing,
        terms=(term,),
        scope=_scope(entry),
        scheme_version=int(entry.details["scheme_version"]),
        number=str(entry.details["number"]),
    )


def _suspend(standing: Standing, entry: Entry) -> Standing:
    return replace(
        standing,
        suspended_since=entry.effective_at,
        suspended_by=entry.sequence,
        ground=str(entry.details.get("ground", "")),
    )


def _reinstate(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, suspended_since=None, ground="")


def _close(standing: Standing, entry: Entry) -> Standing:
    if entry.act == Act.EXPIRED:
        end = standing.valid_to
        if end is None or entry.effective_at < end:
            raise _illegal("term_running", standing, entry)
    return replace(
        standing,
        closed_at=entry.effective_at,
        closed_by=entry.sequence,
        ground=str(entry.details.get("ground", "")),
    )


def _renew(standing: Standing, entry: Entry) -> Standing:
    term = _term(standing, entry)
    if term.since < standing.terms[-1].until:
        raise _illegal("terms_overlap", standing, entry)
    return replace(
        standing,
        terms=(*standing.terms, term),
        scheme_version=int(
            entry.details.get("scheme_version", standing.scheme_version)
        ),
        number=str(entry.details.get("number") or standing.number),
    )


def _extend(standing: Standing, entry: Entry) -> Standing:
    last = standing.terms[-1]
    until = datetime.fromisoformat(entry.details["valid_to"])
    if until <= last.until or entry.effective_at >= last.until:
        raise _illegal("term_not_extended", standing, entry)
    return replace(standing, terms=(*standing.terms[:-1], Term(last.since, until)))


def _change_scope(standing: Standing, entry: Entry) -> Standing:
    return replace(
        standing,
        scope=_scope(entry),
        number=str(entry.details.get("number") or standing.number),
    )


def _reissue(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, number=str(entry.details["number"]))


def _check(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, checked_at=entry.effective_at)


def _term(standing: Standing, entry: Entry) -> Term:
    term = Term(
        datetime.fromisoformat(entry.details["valid_from"]),
        datetime.fromisoformat(entry.details["valid_to"]),
    )
    if term.until <= term.since:
        raise _illegal("term_empty", standing, entry)
    return term


def _scope(entry: Entry) -> Scope:
    return Scope(
        sectors=frozenset(entry.details["sectors"]),
        methods=frozenset(entry.details["methods"]),
        divisions=frozenset(entry.details["divisions"]),
    )


_APPLY = {
    Act.ISSUED: _open,
    Act.MIGRATED: _open,
    Act.SUSPENDED: _suspend,
    Act.REINSTATED: _reinstate,
    Act.REVOKED: _close,
    Act.SURRENDERED: _close,
    Act.EXPIRED: _close,
    Act.RENEWED: _renew,
    Act.EXTENDED: _extend,
    Act.SCOPE_CHANGED: _change_scope,
    Act.CARD_REISSUED: _reissue,
    Act.CHECKED: _check,
}
