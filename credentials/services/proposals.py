"""Proposal by one person, decision by another: the way every right is given."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Organisation, User
from accounts.queries import organisation_of
from credentials.enums import (
    OPENING_ACTS,
    RESTRICTING_ACTS,
    SCHEDULABLE_ACTS,
    Act,
    Ground,
    ProposalState,
    RequirementKind,
)
from credentials.errors import (
    ActNotAllowed,
    AlreadyDecided,
    AlreadyProposed,
    AlreadyQualified,
    CredentialsError,
    EvidenceChanged,
    Excluded,
    GroundMissing,
    IssuerUnfit,
    NotEligible,
    NotRenewable,
    ReasonsMissing,
    SchemeMissing,
    WrongGround,
    WrongTime,
)
from credentials.models import (
    Batch,
    LedgerEntry,
    Proposal,
    Qualification,
    Register,
    Scheme,
    SchemeVersion,
)
from credentials.queries.evidence import (
    eligibility_of,
    relations_of,
    rests_on_annulled,
)
from credentials.queries.register import (
    entries_of,
    scheme_version_in_effect,
    zone,
)
from credentials.rules.eligibility import Eligibility
from credentials.rules.lifecycle import GROUNDS, Entry, IllegalAct, check_act
from credentials.rules.scheme import SchemeRules
from credentials.rules.separation import exclusions
from credentials.rules.validity import add_months, may_renew, renewal_term
from credentials.services.cards import issue_card, next_number
from credentials.services.ledger import (
    Writing,
    append_entry,
    check_not_frozen,
    check_velocity,
    close_ended,
    link_evidence,
    lock_register,
    open_qualification,
    record_on,
    under_emergency,
)

NEW_CARD = frozenset({Act.RENEWED, Act.SCOPE_CHANGED, Act.CARD_REISSUED})
"""Acts after which the old card no longer says what is true."""

NEEDS_DOCUMENT = frozenset(
    {Act.SUSPENDED, Act.REINSTATED, Act.REVOKED, Act.RESCINDED, Act.EXTENDED}
)
"""Acts that name their legal ground and the number of the written decision."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proposal asks for beside the act itself."""

    ground: Ground
    legal_ground: str = ""
    document: str = ""
    effective_at: datetime | None = None
    note: str = ""
    sectors: Sequence[str] = ()
    methods: Sequence[str] = ()
    divisions: Sequence[str] = ()
    valid_to: datetime | None = None
    target: int | None = None


def propose_issue(
    officer: User,
    scheme: Scheme,
    *,
    issuer: Organisation,
    by: User,
    now: datetime,
    sectors: Sequence[str] = (),
    methods: Sequence[str] = (),
    divisions: Sequence[str] = (),
    note: str = "",
    batch: Batch | None = None,
) -> Proposal:
    """Proposes to issue a qualification; refuses when a requirement is missing.

    Without a scope it is the whole scheme, in the division of the officer's body.
    Refuses a second waiting proposal for the same person and scheme.
    """
    version = _version(scheme, now)
    rules = version.rules()
    _check_separate(by, officer, None, rules, now)
    if issuer.level not in rules.issuing_levels:
        raise IssuerUnfit
    answer = eligibility_of(officer, version, at=now)
    if not answer.met:
        raise NotEligible
    body = organisation_of(officer, now.astimezone(zone()).date())
    details = {
        "sectors": sorted(set(sectors or rules.sectors) & set(rules.sectors)),
        "methods": sorted(set(methods or rules.methods) & set(rules.methods)),
        "divisions": sorted(divisions or ([body.division_code] if body else [])),
    }
    if not all(details.values()):
        raise ActNotAllowed
    proposal = Proposal(
        act=Act.ISSUED,
        officer=officer,
        scheme=scheme,
        scheme_version=version,
        issuer=issuer,
        batch=batch,
        ground=Ground.REQUIREMENTS_MET,
        details=details,
        evidence=_evidence_rows(answer),
        evidence_hash=answer.evidence_hash,
        note=note,
        proposed_by=by,
        proposed_at=now,
    )
    return _save_new(proposal)


def propose_act(
    qualification: Qualification,
    act: Act,
    asked: Asked,
    *,
    by: User,
    now: datetime,
    batch: Batch | None = None,
) -> Proposal:
    """Proposes an act on an existing qualification.

    Refuses what the life of the qualification does not allow now, so that nobody
    approves in vain; the decision checks again.
    """
    scheme = qualification.scheme
    version = _version(scheme, now)
    _check_separate(by, qualification.officer, None, version.rules(), now)
    _check_asked(act, asked, now=now)
    details = _details(qualification, act, asked, version, at=asked.effective_at or now)
    answer = None
    if act == Act.RENEWED:
        answer = eligibility_of(qualification.officer, version, at=now)
        if not answer.met:
            raise NotEligible
    _check_possible(qualification, act, details, asked.effective_at or now, now=now)
    proposal = Proposal(
        act=act,
        officer=qualification.officer,
        scheme=scheme,
        scheme_version=version,
        issuer=qualification.issuer,
        qualification=qualification,
        batch=batch,
        ground=asked.ground,
        legal_ground=asked.legal_ground,
        document=asked.document,
        effective_at=asked.effective_at,
        details=details,
        evidence=_evidence_rows(answer) if answer else [],
        evidence_hash=answer.evidence_hash if answer else "",
        note=asked.note,
        proposed_by=by,
        proposed_at=now,
    )
    return _save_new(proposal)


@transaction.atomic
def approve_proposal(
    proposal: Proposal, *, by: User, now: datetime, note: str = ""
) -> LedgerEntry:
    """The second signature: writes the act into the ledger, at once and for good.

    Refuses a decided proposal, an excluded person, changed evidence, and whatever
    the life of the qualification no longer allows. Not idempotent: the second call
    raises ``AlreadyDecided``.
    """
    register = lock_register()
    locked = _locked(proposal)
    _check_separate(
        by, locked.officer, locked.proposed_by, locked.scheme_version.rules(), now
    )
    check_velocity(by, now=now)
    if Act(locked.act) not in RESTRICTING_ACTS:
        check_not_frozen(locked.scheme.key)
    if locked.act in OPENING_ACTS:
        entry = _issue(register, locked, by=by, now=now)
    else:
        entry = _act(register, locked, by=by, now=now)
    _decide(locked, ProposalState.APPROVED, by=by, now=now, note=note)
    locked.sequence = entry.sequence
    locked.save(update_fields=["sequence"])
    return entry


@transaction.atomic
def refuse_proposal(
    proposal: Proposal, *, by: User, now: datetime, note: str
) -> Proposal:
    """Returns a proposal with reasons; the ledger stays as it is."""
    if not note.strip():
        raise ReasonsMissing
    locked = _locked(proposal)
    _check_separate(
        by, locked.officer, locked.proposed_by, locked.scheme_version.rules(), now
    )
    return _decide(locked, ProposalState.REFUSED, by=by, now=now, note=note)


@transaction.atomic
def withdraw_proposal(proposal: Proposal, *, by: User, now: datetime) -> Proposal:
    """The proposer takes a waiting proposal back."""
    locked = _locked(proposal)
    if locked.proposed_by_id != by.pk:
        raise ActNotAllowed
    locked.state = ProposalState.WITHDRAWN
    locked.decided_at = now
    locked.save(update_fields=["state", "decided_at"])
    return locked


def approve_batch(
    proposals: Iterable[Proposal], *, by: User, now: datetime
) -> list[tuple[Proposal, Exception | None]]:
    """Approves many, each for itself: one refusal leaves the others in force.

    Refuses as a whole when the number is beyond what one person may do in an hour.
    """
    chosen = list(proposals)
    check_velocity(by, now=now, coming=len(chosen))
    outcome: list[tuple[Proposal, Exception | None]] = []
    for proposal in chosen:
        try:
            approve_proposal(proposal, by=by, now=now)
        except CredentialsError as error:
            outcome.append((proposal, error))
        else:
            outcome.append((proposal, None))
    return outcome


def _issue(
    register: Register, proposal: Proposal, *, by: User, now: datetime
) -> LedgerEntry:
    """Issue with the next number, after looking at the evidence once more."""
    version = _version(proposal.scheme, now)
    answer = eligibility_of(proposal.officer, version, at=now)
    if not answer.met:
        raise NotEligible
    if answer.evidence_hash != proposal.evidence_hash:
        raise EvidenceChanged
    _close_ended(register, proposal, now=now)
    number = next_number(proposal.issuer, now=now)
    public_id = uuid.uuid4()
    details = {
        **proposal.details,
        "number": number,
        "scheme_version": version.number,
        "valid_from": now.isoformat(),
        "valid_to": add_months(now, version.rules().validity_months).isoformat(),
        "issuer": str(proposal.issuer.public_id),
        "evidence": proposal.evidence,
        **under_emergency(by, now=now),
    }
    entry = append_entry(
        register,
        _writing(proposal, details, public_id, effective_at=now, by=by),
        now=now,
    )
    qualification = open_qualification(
        entry, proposal.officer, proposal.scheme, proposal.issuer
    )
    link_evidence(qualification, proposal.evidence, now=now)
    issue_card(qualification, proposal.officer, reason=Ground.REQUIREMENTS_MET, now=now)
    proposal.qualification = qualification
    proposal.save(update_fields=["qualification"])
    return entry


def _close_ended(register: Register, proposal: Proposal, *, now: datetime) -> None:
    """Closes a former qualification whose time is over; refuses when it is not.

    One whose end is announced for later still counts until then.
    """
    running = Qualification.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=now),
        officer=proposal.officer,
        scheme=proposal.scheme,
    )
    for former in running:
        if former.closed_at is not None or former.valid_to > now:
            raise AlreadyQualified
        close_ended(register, former, now=now)


def _act(
    register: Register, proposal: Proposal, *, by: User, now: datetime
) -> LedgerEntry:
    """Any act on an existing qualification, with a new card where one is printed."""
    qualification = proposal.qualification
    if qualification is None:
        raise ActNotAllowed
    qualification = Qualification.objects.select_for_update().get(pk=qualification.pk)
    act = Act(proposal.act)
    effective_at = _effective_at(act, proposal.effective_at, now=now)
    details = {**proposal.details, **under_emergency(by, now=now)}
    if act == Act.REINSTATED:
        _check_rests_on_something(proposal, qualification, now=now)
    if act == Act.RENEWED:
        details = _renewal(proposal, qualification, details, now=now)
    if act in NEW_CARD:
        details["number"] = next_number(proposal.issuer, now=now)
    writing = _writing(
        proposal, details, qualification.public_id, effective_at=effective_at, by=by
    )
    entry = record_on(register, qualification, writing, now=now)
    link_evidence(qualification, proposal.evidence, now=now)
    if act in NEW_CARD:
        issue_card(
            qualification, proposal.officer, reason=Ground(proposal.ground), now=now
        )
    return entry


def _check_rests_on_something(
    proposal: Proposal, qualification: Qualification, *, now: datetime
) -> None:
    """Where an examination below was annulled, the requirements are met anew."""
    if not rests_on_annulled(qualification):
        return
    answer = eligibility_of(proposal.officer, _version(proposal.scheme, now), at=now)
    own_sanction = RequirementKind.NO_OPEN_SANCTION
    if any(r.requirement.kind != own_sanction for r in answer.missing):
        raise NotEligible


def _effective_at(act: Act, asked: datetime | None, *, now: datetime) -> datetime:
    """Only restrictions are announced ahead, and only a revocation reaches back.

    A right that was obtained with false evidence never was one; nothing else is
    made true for a time that has passed.
    """
    if asked is None or act not in SCHEDULABLE_ACTS:
        return now
    return asked if asked > now or act == Act.REVOKED else now


def _renewal(
    proposal: Proposal,
    qualification: Qualification,
    details: dict[str, Any],
    *,
    now: datetime,
) -> dict[str, Any]:
    version = _version(proposal.scheme, now)
    answer = eligibility_of(proposal.officer, version, at=now)
    if not answer.met:
        raise NotEligible
    if answer.evidence_hash != proposal.evidence_hash:
        raise EvidenceChanged
    return {**details, **_renewal_term(qualification, version, at=now)}


def _renewal_term(
    qualification: Qualification, version: SchemeVersion, *, at: datetime
) -> dict[str, Any]:
    rules = version.rules()
    if not may_renew(
        valid_to=qualification.valid_to,
        window_days=rules.renewal_window_days,
        grace_days=rules.grace_days,
        at=at,
    ):
        raise NotRenewable
    since, until = renewal_term(
        valid_to=qualification.valid_to, months=rules.validity_months, at=at
    )
    return {
        "valid_from": since.isoformat(),
        "valid_to": until.isoformat(),
        "scheme_version": version.number,
    }


def _details(
    qualification: Qualification,
    act: Act,
    asked: Asked,
    version: SchemeVersion,
    *,
    at: datetime,
) -> dict[str, Any]:
    """What the entry will say beside act and ground, as far as it is known now."""
    details: dict[str, Any] = {}
    if asked.legal_ground:
        details["legal_ground"] = asked.legal_ground
    if asked.note:
        details["note_sha256"] = hashlib.sha256(asked.note.encode()).hexdigest()
    if act == Act.RENEWED:
        details |= _renewal_term(qualification, version, at=at)
    elif act == Act.EXTENDED:
        if asked.valid_to is None:
            raise WrongTime
        details["valid_to"] = asked.valid_to.isoformat()
    elif act == Act.SCOPE_CHANGED:
        rules = version.rules()
        details["sectors"] = sorted(set(asked.sectors) & set(rules.sectors))
        details["methods"] = sorted(set(asked.methods) & set(rules.methods))
        details["divisions"] = sorted(asked.divisions)
        if not (details["sectors"] and details["methods"] and details["divisions"]):
            raise ActNotAllowed
    elif act == Act.RESCINDED:
        if asked.target is None:
            raise ActNotAllowed
        details["target"] = asked.target
    return details


def _check_asked(act: Act, asked: Asked, *, now: datetime) -> None:
    if act in OPENING_ACTS:
        raise ActNotAllowed
    if asked.ground not in GROUNDS[act]:
        raise WrongGround
    if act in NEEDS_DOCUMENT and not (asked.legal_ground and asked.document):
        raise GroundMissing
    if asked.effective_at and asked.effective_at > now and act not in SCHEDULABLE_ACTS:
        raise WrongTime


def _check_possible(
    qualification: Qualification,
    act: Act,
    details: dict[str, Any],
    effective_at: datetime,
    *,
    now: datetime,
) -> None:
    """Tries the act on a copy of the timeline, with a number that stands for any."""
    existing = entries_of(qualification.public_id)
    last = max(entry.sequence for entry in existing)
    trial = Entry(last + 1, act, effective_at, now, {"number": "-", **details})
    try:
        check_act(existing, trial)
    except IllegalAct as error:
        raise ActNotAllowed from error


def _check_separate(
    actor: User,
    candidate: User,
    proposer: User | None,
    rules: SchemeRules,
    now: datetime,
) -> None:
    found = exclusions(
        relations_of(
            actor,
            candidate,
            proposer=proposer,
            separation_days=rules.separation_days,
            now=now,
        )
    )
    if found:
        raise Excluded(found)


def _version(scheme: Scheme, at: datetime) -> SchemeVersion:
    version = scheme_version_in_effect(scheme, at)
    if version is None:
        raise SchemeMissing
    return version


def _locked(proposal: Proposal) -> Proposal:
    locked = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("officer", "scheme", "scheme_version", "issuer", "proposed_by")
        .get(pk=proposal.pk)
    )
    if locked.state != ProposalState.WAITING:
        raise AlreadyDecided
    return locked


def _decide(
    proposal: Proposal, state: ProposalState, *, by: User, now: datetime, note: str
) -> Proposal:
    proposal.state = state
    proposal.decided_by = by
    proposal.decided_at = now
    proposal.decision_note = note
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    return proposal


def _save_new(proposal: Proposal) -> Proposal:
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyProposed from error
    return proposal


def _writing(
    proposal: Proposal,
    details: dict[str, Any],
    qualification: uuid.UUID,
    *,
    effective_at: datetime,
    by: User,
) -> Writing:
    return Writing(
        act=Act(proposal.act),
        ground=Ground(proposal.ground),
        effective_at=effective_at,
        officer=proposal.officer.public_id,
        qualification=qualification,
        scheme=proposal.scheme.key,
        proposed_by=proposal.proposed_by.public_id,
        approved_by=by.public_id,
        document=proposal.document,
        details=details,
    )


def _evidence_rows(answer: Eligibility) -> list[dict[str, str]]:
    return [
        {
            "requirement": result.requirement.code,
            "reference": proof.reference,
            "hash": proof.content_hash,
        }
        for result in answer.results
        for proof in result.proofs
    ]
