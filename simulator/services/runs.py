"""A run from start to score: the only doors to its log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from accounts.chain import link_hash
from accounts.models import User
from simulator.engine import Action, Event, Outcome, State, step
from simulator.enums import CaseStatus, Mode, RunAct, RunStatus
from simulator.errors import (
    ActionRefusedError,
    CaseNotPlayableError,
    CaseStaleError,
    NoAttemptLeftError,
    RunClosedError,
    RunOutOfDateError,
)
from simulator.models import (
    AttemptGrant,
    CaseVersion,
    InspectionCase,
    Run,
    RunDecision,
    RunEvent,
)
from simulator.queries import (
    case_of,
    chained_payload,
    current_state,
    is_stale,
    live_case,
    remember_state,
    said_text,
)
from simulator.services.scoring import score_run

SEEDS = 2**31 - 1
OVERWRITING = frozenset({"item.record", "item.revise", "doc.fill", "plan.set"})
"""Acts that replace what stands there: they must have seen what they replace."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What one act led to: the new state, what was said, and whether it was new."""

    state: State
    outcome: Outcome
    repeated: bool = False


@transaction.atomic
def start_run(
    case: InspectionCase,
    *,
    mode: Mode,
    now: datetime,
    by: User,
    seed: int | None = None,
    client_event_id: str = "",
) -> Run:
    """Open a run of the live version; an open run of the same kind is continued.

    In an assessment the first attempt counts: a further one needs a grant, and a
    stale case is refused. The variant is drawn here and pinned with the version.
    """
    case = InspectionCase.objects.select_for_update().get(pk=case.pk)
    User.objects.select_for_update().get(pk=by.pk)
    version = _playable_version(case, mode, now)
    still_open = Run.objects.live().filter(user=by, version=version, mode=mode).first()
    if still_open is not None and not _overdue(still_open, now):
        return still_open
    attempt = _next_attempt(case, mode, by)
    limit = live_case(version).head.time.real_limit_min
    run = Run.objects.create(
        user=by,
        version=version,
        seed=secrets.randbelow(SEEDS) if seed is None else seed,
        mode=mode,
        attempt=attempt,
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) if mode == Mode.EXAM else None,
    )
    begin = Action(
        "run.start",
        payload={"seed": run.seed, "mode": mode},
        client_event_id=client_event_id or f"start-{run.public_id}",
    )
    _perform(run, begin, now=now)
    return run


def act(
    run_id: UUID,
    action: Action,
    *,
    now: datetime,
    by: User,
    seen: int | None = None,
) -> Acted:
    """Do one thing in a run.

    Idempotent by ``client_event_id``: a resend answers with the state as it is.
    ``seen`` is the last event the sender knew; an act that would overwrite
    something changed since is refused, so that a second device loses nothing.
    """
    if close_overdue_run(run_id, now=now):
        raise RunClosedError(gettext("The time is over. What was done is kept."))
    with transaction.atomic():
        return _act(run_id, action, now=now, by=by, seen=seen)


def _act(
    run_id: UUID, action: Action, *, now: datetime, by: User, seen: int | None
) -> Acted:
    run = Run.objects.select_for_update().get(public_id=run_id, user=by)
    if run.events.filter(client_event_id=action.client_event_id).exists():
        return Acted(current_state(run), Outcome(), repeated=True)
    if run.status != RunStatus.LIVE:
        raise RunClosedError
    if seen is not None and action.verb in OVERWRITING:
        _refuse_stale(run, action, seen)
    acted = _perform(run, action, now=now)
    if acted.outcome.refused is not None:
        raise ActionRefusedError(said_text(acted.outcome.refused.phrase))
    if action.verb == "run.submit":
        _end(run, RunStatus.SCORED, now)
    return acted


@transaction.atomic
def close_overdue_run(run_id: UUID, *, now: datetime) -> bool:
    """Score a run whose time is over as it stands. True when it was closed now."""
    run = Run.objects.select_for_update().get(public_id=run_id)
    if run.status != RunStatus.LIVE or not _overdue(run, now):
        return False
    _perform(run, Action("run.expire", client_event_id="expire"), now=now)
    _end(run, RunStatus.EXPIRED, now)
    return True


def close_overdue_runs(*, now: datetime) -> int:
    """Close every run whose time is over; for the clock. Repeating is harmless."""
    overdue = Run.objects.live().filter(deadline_at__lt=now)
    ids = list(overdue.values_list("public_id", flat=True))
    return sum(close_overdue_run(run_id, now=now) for run_id in ids)


@transaction.atomic
def void_run(run: Run, *, now: datetime, by: User, reason: str) -> None:
    """Take a run out of every count; who did it and why is kept.

    Voiding twice changes nothing.
    """
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.status == RunStatus.VOID:
        return
    if run.status == RunStatus.LIVE:
        _perform(run, Action("run.void", client_event_id="void"), now=now)
    run.reports.update(current=False)
    run.status = RunStatus.VOID
    run.ended_at = now
    run.save(update_fields=["status", "ended_at"])
    RunDecision.objects.create(
        run=run, act=RunAct.VOID, reason=reason, decided_by=by, decided_at=now
    )


@transaction.atomic
def extend_run(run: Run, *, minutes: int, now: datetime, by: User, reason: str) -> None:
    """Give an assessment more real time; each call gives more."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.status != RunStatus.LIVE or run.deadline_at is None:
        raise RunClosedError
    run.deadline_at = max(run.deadline_at, now) + timedelta(minutes=minutes)
    run.save(update_fields=["deadline_at"])
    RunDecision.objects.create(
        run=run,
        act=RunAct.EXTEND,
        minutes=minutes,
        reason=reason,
        decided_by=by,
        decided_at=now,
    )


def grant_attempt(
    case: InspectionCase, *, user: User, now: datetime, by: User, reason: str
) -> AttemptGrant:
    """Allow one more attempt that counts. Each call allows one more."""
    return AttemptGrant.objects.create(
        user=user, case=case, reason=reason, granted_by=by, granted_at=now
    )


def _playable_version(case: InspectionCase, mode: Mode, now: datetime) -> CaseVersion:
    version = case.live_version
    if version is None or version.status != CaseStatus.PUBLISHED:
        raise CaseNotPlayableError
    if mode not in live_case(version).head.modes:
        raise CaseNotPlayableError(gettext("This case is not meant for this mode."))
    if mode == Mode.EXAM and is_stale(version, now.date()):
        raise CaseStaleError
    return version


def _next_attempt(case: InspectionCase, mode: Mode, by: User) -> int:
    earlier = Run.objects.filter(user=by, version__case=case, mode=mode)
    used = earlier.exclude(status=RunStatus.VOID).count()
    if mode == Mode.EXAM:
        granted = AttemptGrant.objects.filter(user=by, case=case).count()
        if used >= 1 + granted:
            raise NoAttemptLeftError
    return used + 1


def _overdue(run: Run, now: datetime) -> bool:
    return run.deadline_at is not None and now > run.deadline_at


def _refuse_stale(run: Run, action: Action, seen: int) -> None:
    changed = run.events.filter(seq__gt=seen, verb__in=OVERWRITING)
    if action.verb in {"item.record", "item.revise", "doc.fill"}:
        changed = changed.filter(object_id=action.object_id)
    else:
        changed = changed.filter(verb=action.verb)
    if changed.exists():
        raise RunOutOfDateError


def _perform(run: Run, action: Action, *, now: datetime) -> Acted:
    """Ask the engine, append what it says, remember the new state. Holds the lock."""
    case = case_of(run)
    state, events, outcome = step(case, current_state(run), action, at=now)
    if outcome.refused is None and events:
        _append(run, events, now)
        remember_state(run, state)
    return Acted(state, outcome)


def _append(run: Run, events: Sequence[Event], now: datetime) -> None:
    rows = []
    for event in events:
        run.head_seq += 1
        row = RunEvent(
            run=run,
            seq=run.head_seq,
            client_event_id=event.client_event_id or f"server-{run.head_seq}",
            at_server=now,
            sim_clock=event.sim_clock.isoformat(),
            phase=event.phase,
            actor=_actor(event),
            verb=event.verb,
            object_type=event.object_type,
            object_id=event.object_id,
            payload=_plain(event.payload),
            cost_min=event.cost_min,
            prev_hash=run.head_hash,
        )
        row.hash = link_hash(run.head_hash, chained_payload(run, row))
        run.head_hash = row.hash
        rows.append(row)
    RunEvent.objects.bulk_create(rows)
    run.save(update_fields=["head_seq", "head_hash"])


def _actor(event: Event) -> str:
    if event.verb in {"run.expire", "run.void", "incident.fire"}:
        return "system"
    return "assessor" if event.verb.startswith("assessor.") else "trainee"


def _plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as JSON will give it back, so that hashes agree later."""
    return {key: _plain_value(value) for key, value in payload.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_value(each) for each in value]
    return value


def _end(run: Run, status: RunStatus, now: datetime) -> None:
    run.status = status
    run.ended_at = now
    run.save(update_fields=["status", "ended_at"])
    score_run(run, now=now)
