"""What the gate writes: its decision log, seals, events and its own freeze."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from accounts.chain import GENESIS, canonical, link_hash
from credentials.models import (
    DecisionRecord,
    DecisionSeal,
    DecisionSubject,
    GateEvent,
    GateState,
    WebhookDelivery,
    WebhookEndpoint,
)

SEAL_SIZE = 1000


class Logged(msgspec.Struct, frozen=True):
    """An answer as it goes into the decision log; ``payload`` is JSON already."""

    evaluation_id: str
    application_id: int
    evaluated_at: datetime
    request_id: str
    action: str
    inspection: str
    permitted: bool
    reason: str
    revision: int
    policy: str
    payload: msgspec.Raw
    digest: str
    officer_ids: tuple[str, ...]


def log_decisions(decisions: Iterable[Logged]) -> list[DecisionRecord]:
    """Writes a run of decisions; the caller answers only after the commit."""
    records, subjects = [], []
    for logged in decisions:
        values = {
            name: getattr(logged, name)
            for name in logged.__struct_fields__
            if name not in ("payload", "officer_ids")
        }
        payload = msgspec.json.decode(logged.payload)
        records.append(DecisionRecord(**values, payload=payload))
        subjects += [
            DecisionSubject(decision_id=logged.evaluation_id, officer_id=officer_id)
            for officer_id in logged.officer_ids
        ]
    DecisionRecord.objects.bulk_create(records)
    DecisionSubject.objects.bulk_create(subjects)
    return records


def decision_digest(payload: Mapping[str, Any]) -> str:
    """The hash a decision record is committed by."""
    return hashlib.sha256(canonical(dict(payload))).hexdigest()


@transaction.atomic
def seal_decisions(*, now: datetime) -> DecisionSeal | None:
    """Chains the decisions since the last seal; None when there are none.

    Decisions of the last minute wait for the next seal, so that none that is still
    being written in another process can be passed over. Repeatable at will.
    """
    _state()
    last = DecisionSeal.objects.order_by("-seq").first()
    waiting = DecisionRecord.objects.order_by("evaluation_id")
    if last is not None:
        waiting = waiting.filter(evaluation_id__gt=last.last_evaluation_id)
    settled = [
        row
        for row in waiting[:SEAL_SIZE]
        if (now - row.evaluated_at).total_seconds() > 60
    ]
    if not settled:
        return None
    payload = {
        "first": settled[0].evaluation_id,
        "last": settled[-1].evaluation_id,
        "count": len(settled),
        "digests": hashlib.sha256(
            "".join(row.digest for row in settled).encode()
        ).hexdigest(),
    }
    prev_hash = last.hash if last else GENESIS
    return DecisionSeal.objects.create(
        seq=last.seq + 1 if last else 1,
        payload=payload,
        prev_hash=prev_hash,
        hash=link_hash(prev_hash, payload),
        sealed_at=now,
        last_evaluation_id=settled[-1].evaluation_id,
    )


@transaction.atomic
def publish_event(kind: str, data: Mapping[str, Any], *, now: datetime) -> GateEvent:
    """Appends one event to the gapless sequence and queues its deliveries.

    Takes the counter's row lock, so the order of numbers is the order of commits.
    Call it last in a transaction: others wait for that row.
    """
    return publish_events([(kind, data)], now=now)[0]


@transaction.atomic
def publish_events(
    facts: Sequence[tuple[str, Mapping[str, Any]]], *, now: datetime
) -> list[GateEvent]:
    """Appends events in order, under one lock of the counter; else like one."""
    state = _state()
    first = state.last_sequence + 1
    state.last_sequence += len(facts)
    state.save(update_fields=["last_sequence"])
    events = GateEvent.objects.bulk_create(
        [
            GateEvent(sequence=number, type=kind, occurred_at=now, data=dict(data))
            for number, (kind, data) in enumerate(facts, start=first)
        ]
    )
    endpoints = WebhookEndpoint.objects.filter(
        disabled_at__isnull=True, application__closed_at__isnull=True
    )
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, event=event, due_at=now)
        for endpoint in endpoints
        for event in events
    )
    return events


@transaction.atomic
def freeze_gate(reason: str, *, now: datetime) -> None:
    """Shuts the gate until somebody reconciles the register; idempotent."""
    state = _state()
    if state.frozen_at is None:
        state.frozen_at, state.frozen_reason = now, reason
        state.save(update_fields=["frozen_at", "frozen_reason"])
        publish_event("register.frozen", {"reason": reason}, now=now)


@transaction.atomic
def reconcile_gate(*, now: datetime) -> None:
    """Accepts the present register and opens the gate; repeatable at will.

    What any process remembers of the register, and every receipt, counts only since.
    """
    state = _state()
    state.reconciled_at = now
    state.save(update_fields=["reconciled_at"])
    if state.frozen_at is not None:
        state.frozen_at, state.frozen_reason = None, ""
        state.save(update_fields=["frozen_at", "frozen_reason"])
        publish_event("register.unfrozen", {}, now=now)


def _state() -> GateState:
    GateState.objects.get_or_create(pk=1)
    return GateState.objects.select_for_update().get(pk=1)
