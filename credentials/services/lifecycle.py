"""Acts that need no second person, and those that time or another app causes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from credentials.enums import NOTE_ACTS, Act, Ground
from credentials.errors import (
    ActNotAllowed,
    Excluded,
    GroundMissing,
    SecondPersonNeeded,
)
from credentials.models import EvidenceLink, LedgerEntry, Qualification
from credentials.queries.evidence import relations_of
from credentials.queries.register import scheme_version_in_effect
from credentials.rules.separation import exclusions
from credentials.services.ledger import (
    Writing,
    check_velocity,
    close_ended,
    lock_register,
    record_on,
    under_emergency,
)


@transaction.atomic
def suspend_at_once(
    qualification: Qualification,
    *,
    ground: Ground,
    legal_ground: str,
    document: str,
    by: User,
    now: datetime,
) -> LedgerEntry:
    """Suspends by one person where the scheme does not ask for two, or in emergency.

    Taking away for a while may be urgent; giving back always needs two. Refuses
    what is suspended already.
    """
    if not (legal_ground and document):
        raise GroundMissing
    register = lock_register()
    locked = _locked(qualification)
    version = scheme_version_in_effect(locked.scheme, now)
    rules = version.rules() if version else None
    emergency = under_emergency(by, now=now)
    if rules is None or (Act.SUSPENDED in rules.two_person_acts and not emergency):
        raise SecondPersonNeeded
    found = exclusions(
        relations_of(
            by,
            locked.officer,
            proposer=None,
            separation_days=rules.separation_days,
            now=now,
        )
    )
    if found:
        raise Excluded(found)
    check_velocity(by, now=now)
    writing = _writing(
        locked,
        Act.SUSPENDED,
        ground,
        now,
        by=by,
        document=document,
        details={"legal_ground": legal_ground, **emergency},
    )
    return record_on(register, locked, writing, now=now)


@transaction.atomic
def attach_note(
    qualification: Qualification,
    act: Act,
    *,
    document: str,
    by: User,
    now: datetime,
) -> LedgerEntry:
    """Attaches an objection or a hearing record; changes no state, edits nothing.

    The person concerned may attach an objection.
    """
    if act not in NOTE_ACTS:
        raise ActNotAllowed
    register = lock_register()
    locked = _locked(qualification)
    ground = Ground.OBJECTION if act == Act.OBJECTION_NOTED else Ground.HEARING
    writing = Writing(
        act=act,
        ground=ground,
        effective_at=now,
        officer=locked.officer.public_id,
        qualification=locked.public_id,
        scheme=locked.scheme.key,
        proposed_by=by.public_id,
        document=document,
    )
    return record_on(register, locked, writing, now=now)


@transaction.atomic
def withdraw_evidence(sitting_id: str, *, now: datetime) -> list[LedgerEntry]:
    """Suspends every qualification that rests on an annulled examination result.

    Runs in the transaction that annuls. Idempotent: a qualification that is
    suspended or closed already stays as it is; its reinstatement asks for new
    evidence.
    """
    register = lock_register()
    written = []
    for row in _resting_on(sitting_id):
        if row.suspended_since is not None and row.suspended_since <= now:
            continue
        writing = _writing(row, Act.SUSPENDED, Ground.EXAM_ANNULLED, now, by=None)
        written.append(record_on(register, row, writing, now=now))
    return written


@transaction.atomic
def close_expired(*, now: datetime) -> int:
    """Closes what ended longer ago than the scheme's days of grace; for the clock.

    Idempotent. Changes nobody's state: the expiry itself was computed all along.
    """
    register = lock_register()
    ended = Qualification.objects.filter(
        closed_at__isnull=True, valid_to__lte=now
    ).select_related("scheme", "officer")
    closed = 0
    for row in ended:
        version = scheme_version_in_effect(row.scheme, now)
        grace = timedelta(days=version.rules().grace_days if version else 0)
        if row.valid_to + grace <= now:
            close_ended(register, row, now=now)
            closed += 1
    return closed


def _resting_on(sitting_id: str) -> list[Qualification]:
    links = EvidenceLink.objects.filter(reference=sitting_id)
    return list(
        Qualification.objects.select_for_update(of=("self",))
        .filter(pk__in=links.values("qualification_id"), closed_at__isnull=True)
        .select_related("scheme", "officer")
    )


def _locked(qualification: Qualification) -> Qualification:
    return (
        Qualification.objects.select_for_update(of=("self",))
        .select_related("scheme", "officer")
        .get(pk=qualification.pk)
    )


def _writing(
    row: Qualification,
    act: Act,
    ground: Ground,
    effective_at: datetime,
    *,
    by: User | None,
    document: str = "",
    details: Mapping[str, str] | None = None,
) -> Writing:
    return Writing(
        act=act,
        ground=ground,
        effective_at=effective_at,
        officer=row.officer.public_id,
        qualification=row.public_id,
        scheme=row.scheme.key,
        approved_by=by.public_id if by else None,
        document=document,
        details=details or {},
    )
