"""The one door to the ledger: append an entry, recompute what follows from it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.chain import GENESIS, link_hash
from accounts.models import Organisation, User
from credentials.enums import Act, Ground
from credentials.errors import ActNotAllowed, RegisterFrozen, TooManyActs, WrongGround
from credentials.models import (
    EvidenceLink,
    LedgerEntry,
    Qualification,
    Register,
    Scheme,
)
from credentials.queries.orders import emergency_of
from credentials.queries.register import entries_of, freezes, to_entry
from credentials.rules.lifecycle import (
    GROUNDS,
    Entry,
    IllegalAct,
    Standing,
    check_act,
    fold,
)
from credentials.signals import ledger_appended

ACTS_PER_HOUR = 100
"""How many acts one person may put into force in an hour, unless a setting says."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What an entry will say. ``officer`` and ``qualification`` are public ids."""

    act: Act
    ground: Ground
    effective_at: datetime
    officer: uuid.UUID | None = None
    qualification: uuid.UUID | None = None
    scheme: str = ""
    proposed_by: uuid.UUID | None = None
    approved_by: uuid.UUID | None = None
    document: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def lock_register() -> Register:
    """Takes the one lock of the register; every act begins with it.

    Whoever holds it sees all earlier acts and nobody writes beside them, which makes
    numbers gapless and every check below true until the commit.
    """
    Register.objects.get_or_create(key="main", defaults={"hash": GENESIS})
    return Register.objects.select_for_update().get(key="main")


def append_entry(register: Register, writing: Writing, *, now: datetime) -> LedgerEntry:
    """Writes the next entry. The caller holds the lock, projects and announces.

    Not idempotent: every call is another act.
    """
    if writing.ground not in GROUNDS[writing.act]:
        raise WrongGround
    entry = LedgerEntry(
        sequence=register.sequence + 1,
        act=writing.act,
        qualification=writing.qualification,
        officer=writing.officer,
        scheme=writing.scheme,
        effective_at=writing.effective_at,
        recorded_at=now,
        proposed_by=writing.proposed_by,
        approved_by=writing.approved_by,
        ground=writing.ground,
        document=writing.document,
        details=dict(writing.details),
        prev_hash=register.hash,
    )
    entry.hash = link_hash(entry.prev_hash, entry.payload())
    entry.save(force_insert=True)
    register.sequence, register.hash = entry.sequence, entry.hash
    register.save(update_fields=["sequence", "hash"])
    return entry


def record_on(
    register: Register, qualification: Qualification, writing: Writing, *, now: datetime
) -> LedgerEntry:
    """One more act on an existing qualification: checked, written, projected.

    Raises ``ActNotAllowed`` when any state of the timeline would not allow it.
    """
    candidate = Entry(
        sequence=register.sequence + 1,
        act=writing.act,
        effective_at=writing.effective_at,
        recorded_at=now,
        details={**writing.details, "ground": writing.ground},
    )
    try:
        standing = check_act(entries_of(qualification.public_id), candidate)
    except IllegalAct as error:
        raise ActNotAllowed from error
    entry = append_entry(register, writing, now=now)
    project(qualification, standing).save()
    announce(entry)
    return entry


def announce(entry: LedgerEntry) -> None:
    """Tells listeners of an entry whose rows are written, before the commit."""
    ledger_appended.send(LedgerEntry, entry=entry, now=entry.recorded_at)


def open_qualification(
    entry: LedgerEntry, officer: User, scheme: Scheme, issuer: Organisation
) -> Qualification:
    """The projected row of an opening entry just written."""
    if entry.qualification is None:
        raise ActNotAllowed
    row = Qualification(
        public_id=entry.qualification, officer=officer, scheme=scheme, issuer=issuer
    )
    project(row, fold([to_entry(entry)])).save(force_insert=True)
    announce(entry)
    return row


def link_evidence(
    qualification: Qualification, rows: Iterable[Mapping[str, str]], *, now: datetime
) -> None:
    """Notes what a qualification rests on, so that an annulment finds it."""
    EvidenceLink.objects.bulk_create(
        EvidenceLink(
            qualification=qualification,
            requirement=row["requirement"],
            reference=row["reference"],
            content_hash=row["hash"],
            linked_at=now,
        )
        for row in rows
    )


def close_ended(
    register: Register, qualification: Qualification, *, now: datetime
) -> LedgerEntry:
    """Closes a qualification whose last term is over. The caller holds the lock."""
    writing = Writing(
        act=Act.EXPIRED,
        ground=Ground.TERM_ENDED,
        effective_at=qualification.valid_to,
        officer=qualification.officer.public_id,
        qualification=qualification.public_id,
        scheme=qualification.scheme.key,
    )
    return record_on(register, qualification, writing, now=now)


def project(qualification: Qualification, standing: Standing) -> Qualification:
    """Sets the computed columns of a row from a folded standing, without saving."""
    first, last = standing.terms[0], standing.terms[-1]
    qualification.state = standing.state
    qualification.scheme_version = standing.scheme_version
    qualification.number = standing.number
    qualification.valid_from = first.since
    qualification.valid_to = last.until
    qualification.sectors = sorted(standing.scope.sectors)
    qualification.methods = sorted(standing.scope.methods)
    qualification.divisions = sorted(standing.scope.divisions)
    qualification.suspended_since = standing.suspended_since
    qualification.checked_at = standing.checked_at
    qualification.ground = standing.ground
    qualification.closed_at = standing.closed_at
    qualification.sequence = standing.last_sequence
    return qualification


def check_not_frozen(scheme: str) -> None:
    """Refuses what would give rights while the register or the scheme is frozen."""
    if freezes() & {"", scheme}:
        raise RegisterFrozen


def check_velocity(by: User, *, now: datetime, coming: int = 1) -> None:
    """Refuses when one person would put too many acts into force within an hour.

    Emergency powers lift the limit for the two who ordered them.
    """
    if coming > acts_left(by, now=now) and emergency_of(by, now) is None:
        raise TooManyActs


def acts_left(by: User, *, now: datetime) -> int:
    """How many acts the person may still put into force within this hour."""
    limit = getattr(settings, "REGISTER_ACTS_PER_HOUR", ACTS_PER_HOUR)
    done = LedgerEntry.objects.filter(
        approved_by=by.public_id, recorded_at__gt=now - timedelta(hours=1)
    ).count()
    return max(0, int(limit) - done)


def under_emergency(by: User, *, now: datetime) -> dict[str, str]:
    """What an entry says of the emergency powers it was written under, if any."""
    order = emergency_of(by, now)
    return {"emergency": str(order.public_id)} if order else {}


def freeze(
    *, by: User, approved_by: User, scheme: str = "", document: str, now: datetime
) -> LedgerEntry:
    """Freezes the register (or one scheme): nothing is issued, the gate says no.

    Two people; refuses when it is already frozen.
    """
    return _freeze(
        Act.FROZEN, Ground.INVESTIGATION, by, approved_by, scheme, document, now
    )


def unfreeze(
    *, by: User, approved_by: User, scheme: str = "", document: str, now: datetime
) -> LedgerEntry:
    """Ends a freeze; two people. Refuses when nothing is frozen."""
    return _freeze(
        Act.UNFROZEN, Ground.INVESTIGATION_ENDED, by, approved_by, scheme, document, now
    )


@transaction.atomic
def _freeze(
    act: Act,
    ground: Ground,
    by: User,
    approved_by: User,
    scheme: str,
    document: str,
    now: datetime,
) -> LedgerEntry:
    register = lock_register()
    if by.pk == approved_by.pk or (scheme in freezes()) == (act == Act.FROZEN):
        raise ActNotAllowed
    writing = Writing(
        act=act,
        ground=ground,
        effective_at=now,
        scheme=scheme,
        proposed_by=by.public_id,
        approved_by=approved_by.public_id,
        document=document,
    )
    entry = append_entry(register, writing, now=now)
    announce(entry)
    return entry
