"""The clock ledger of sittings: every change of time has a person and a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from exams.enums import OPEN_STATES, ClockKind, EventKind, SittingState
from exams.errors import NotAllowedNow, ReasonMissing
from exams.models import ClockEntry, Session, Sitting
from exams.rules.timing import LONGEST_ADDITION, deadline, outage_seconds, pause_seconds
from exams.rules.transitions import next_state
from exams.services.events import append_event


def _locked(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update(no_key=True).get(pk=sitting.pk)


def _write_entry(
    sitting: Sitting,
    kind: ClockKind,
    seconds: int,
    *,
    reason: str,
    by: User | None,
    now: datetime,
) -> None:
    """Add a line and set the deadline to the new sum."""
    if sitting.opened_at is None:
        raise NotAllowedNow(sitting.state)
    ClockEntry.objects.create(
        sitting=sitting, kind=kind, seconds=seconds, reason=reason, by=by, at=now
    )
    all_seconds = sitting.clock_entries.values_list("seconds", flat=True)
    sitting.deadline = deadline(sitting.opened_at, all_seconds)


@transaction.atomic
def add_time(
    sitting: Sitting,
    seconds: int,
    *,
    reason: str,
    by: User,
    now: datetime,
    kind: ClockKind = ClockKind.INVIGILATOR,
) -> Sitting:
    """Give a running sitting more time. Repeating gives the time again."""
    if not reason.strip():
        raise ReasonMissing
    if not 0 < seconds <= LONGEST_ADDITION.total_seconds():
        raise NotAllowedNow("seconds")
    locked = _locked(sitting)
    if locked.state not in OPEN_STATES:
        raise NotAllowedNow(locked.state)
    _write_entry(locked, kind, seconds, reason=reason, by=by, now=now)
    locked.save(update_fields=["deadline"])
    payload = {"seconds": seconds, "kind": kind.value, "by": str(by.public_id)}
    append_event(locked, EventKind.TIME_ADDED, payload, now=now)
    return locked


@transaction.atomic
def pause_sitting(sitting: Sitting, *, reason: str, by: User, now: datetime) -> Sitting:
    """Stop the clock of a running sitting. Pausing a paused one changes nothing."""
    if not reason.strip():
        raise ReasonMissing
    locked = _locked(sitting)
    if locked.state == SittingState.PAUSED:
        return locked
    target = next_state(locked.state, EventKind.PAUSED)
    if target is None or locked.deadline is None or now >= locked.deadline:
        raise NotAllowedNow(locked.state)
    locked.state, locked.paused_at = target, now
    locked.save(update_fields=["state", "paused_at"])
    payload = {"reason": reason, "by": str(by.public_id)}
    append_event(locked, EventKind.PAUSED, payload, now=now)
    return locked


@transaction.atomic
def resume_sitting(sitting: Sitting, *, by: User, now: datetime) -> Sitting:
    """Let the clock run again and give the pause back. Idempotent."""
    locked = _locked(sitting)
    if locked.state == SittingState.IN_PROGRESS:
        return locked
    target = next_state(locked.state, EventKind.RESUMED)
    if target is None or locked.paused_at is None:
        raise NotAllowedNow(locked.state)
    seconds = pause_seconds(locked.paused_at, now)
    paused = locked.events.filter(kind=EventKind.PAUSED).order_by("seq").last()
    reason = paused.payload["reason"][:300] if paused else ""
    _write_entry(locked, ClockKind.PAUSE, seconds, reason=reason, by=by, now=now)
    locked.state, locked.paused_at = target, None
    locked.save(update_fields=["state", "paused_at", "deadline"])
    payload = {"seconds": seconds, "by": str(by.public_id)}
    append_event(locked, EventKind.RESUMED, payload, now=now)
    return locked


@transaction.atomic
def credit_outage(
    session: Session,
    *,
    began_at: datetime,
    ended_at: datetime,
    reason: str,
    by: User,
    now: datetime,
) -> int:
    """Give everybody who was sitting the part of an outage that hit them.

    Gives how many were credited. Not idempotent: two outages of the same length are
    two credits; the console shows the ledger before it asks.
    """
    if not reason.strip():
        raise ReasonMissing
    if not began_at < ended_at <= now:
        raise NotAllowedNow("outage times")
    credited = 0
    for sitting in session.sittings.open():
        opened_at = sitting.opened_at or ended_at
        hit = outage_seconds(max(began_at, opened_at), ended_at)
        if hit > 0:
            add_time(sitting, hit, reason=reason, by=by, now=now, kind=ClockKind.OUTAGE)
            credited += 1
    return credited


def add_time_to_all(
    sittings: Iterable[Sitting], seconds: int, *, reason: str, by: User, now: datetime
) -> int:
    """Give several sittings the same time; those that are closed are passed over."""
    given = 0
    for sitting in sittings:
        if sitting.state in OPEN_STATES:
            add_time(sitting, seconds, reason=reason, by=by, now=now)
            given += 1
    return given
