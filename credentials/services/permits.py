"""Permits: the answer and the act in one transaction.

A permit locks the qualification rows of its team, in the order of their keys, before
it reads them. An act of the register updates the same rows. So every permit stands
strictly before or after a suspension, and a suspension finds every permit it touches.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from credentials.data import Question
from credentials.enums import RESTRICTING_ACTS, Act
from credentials.errors import PermitEnded
from credentials.models import (
    DecisionRecord,
    LedgerEntry,
    Permit,
    PermitMember,
    Qualification,
)
from credentials.services.gate import publish_event, publish_events

PERMIT_LIFE = timedelta(hours=12)
EVENT_TYPES = {
    Act.ISSUED: "qualification.issued",
    Act.MIGRATED: "qualification.issued",
    Act.SUSPENDED: "qualification.suspended",
    Act.REINSTATED: "qualification.reinstated",
    Act.REVOKED: "qualification.revoked",
    Act.SURRENDERED: "qualification.surrendered",
    Act.RENEWED: "qualification.renewed",
    Act.EXTENDED: "qualification.renewed",
    Act.EXPIRED: "qualification.expired",
    Act.FROZEN: "register.frozen",
    Act.UNFROZEN: "register.unfrozen",
}

TAKING_ACTS = RESTRICTING_ACTS | {Act.SCOPE_CHANGED, Act.RESCINDED}
"""Acts after which a permitted team may no longer be fit."""


def lock_officers(officer_ids: Collection[str]) -> None:
    """Locks the qualifications of a team until the end of the transaction."""
    list(
        Qualification.objects.select_for_update(of=("self",))
        .filter(officer__public_id__in=officer_ids)
        .order_by("officer_id", "pk")
        .values_list("pk", flat=True)
    )


def grant_permit(
    decision: DecisionRecord,
    question: Question,
    request: Mapping[str, Any],
    *,
    team_number: int,
    holds_until: datetime,
    now: datetime,
) -> Permit:
    """Records the permit of a positive decision, inside the deciding transaction.

    Raises IntegrityError when the team of that inspection has a permit already.
    """
    permit = Permit.objects.create(
        application_id=decision.application_id,
        decision=decision,
        inspection=question.inspection,
        team_number=team_number,
        question=dict(request),
        granted_at=now,
        expires_at=min(max(question.at, now) + PERMIT_LIFE, holds_until),
    )
    PermitMember.objects.bulk_create(
        PermitMember(permit=permit, officer_id=member.officer_id, role=member.role)
        for member in question.members
    )
    return permit


def confirm_permit(permit: Permit, *, now: datetime) -> Permit:
    """Notes that the team has arrived and was found fit again; idempotent."""
    held = _standing(permit, now)
    if held.confirmed_at is None:
        held.confirmed_at = now
        held.save(update_fields=["confirmed_at"])
    return held


@transaction.atomic
def withdraw_permit(permit: Permit, *, reason: str, now: datetime) -> Permit:
    """Ends a permit and tells the connected systems; idempotent."""
    held = Permit.objects.select_for_update().get(pk=permit.pk)
    if held.withdrawn_at is None:
        held.withdrawn_at, held.withdrawn_reason = now, reason[:64]
        held.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        data = {
            "permit": str(held.public_id),
            "inspection": held.inspection,
            "reason": held.withdrawn_reason,
        }
        publish_event("permit.withdrawn", data, now=now)
    return held


@transaction.atomic
def follow_ledger(entry: LedgerEntry, *, now: datetime) -> None:
    """What a ledger entry means for connected systems, in its own transaction.

    An act that takes something away withdraws the standing permits it reaches in
    time. Locks the officer's rows, then the permits, then the event counter.
    """
    data = _event_data(entry)
    if entry.officer is not None and Act(entry.act) in TAKING_ACTS:
        lock_officers([str(entry.officer)])
        permits = list(
            Permit.objects.select_for_update(of=("self",))
            .standing(now)
            .of_officer(str(entry.officer))
            .filter(expires_at__gt=entry.effective_at)
            .order_by("pk")
        )
        if permits:
            data["affected_permits"] = [str(permit.public_id) for permit in permits]
        for permit in permits:
            withdraw_permit(permit, reason=f"qualification_{entry.act}", now=now)
    publish_event(_event_type(entry), data, now=now)


@transaction.atomic
def follow_import(entries: Sequence[LedgerEntry], *, now: datetime) -> None:
    """What entries of an earlier register mean for connected systems: one event each.

    Nobody has a permit that rests on a qualification taken over just now.
    """
    facts = [(_event_type(entry), _event_data(entry)) for entry in entries]
    publish_events(facts, now=now)


def _event_type(entry: LedgerEntry) -> str:
    return EVENT_TYPES.get(Act(entry.act), "qualification.updated")


def _event_data(entry: LedgerEntry) -> dict[str, Any]:
    data: dict[str, Any] = {"revision": f"r{entry.sequence}"}
    if entry.scheme:
        data["scheme"] = entry.scheme
    if entry.officer is not None:
        data["officer"] = str(entry.officer)
    return data


def _standing(permit: Permit, now: datetime) -> Permit:
    held = Permit.objects.select_for_update().get(pk=permit.pk)
    if held.withdrawn_at is not None or held.expires_at <= now:
        raise PermitEnded
    return held
