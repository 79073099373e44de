"""Orders over the register, and what was done under emergency powers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.queries import organisations_reached
from credentials.models import LedgerEntry, RegisterOrder

ORDER_ROLES = (Role.CERTIFICATION_OFFICER, Role.SUPERVISOR)


def emergency_of(person: User, now: datetime) -> RegisterOrder | None:
    """The emergency powers a person may act under now: as one of the two."""
    return (
        RegisterOrder.objects.in_force(now)
        .filter(Q(proposed_by=person) | Q(decided_by=person))
        .order_by("expires_at")
        .last()
    )


def orders_reached(user: User, now: datetime) -> QuerySet[RegisterOrder]:
    """Orders of the organisations the person's role reaches, newest first."""
    return RegisterOrder.objects.filter(
        organisation__in=organisations_reached(user, ORDER_ROLES, now)
    ).select_related(
        "organisation", "scheme", "proposed_by", "decided_by", "reviewed_by"
    )


def acts_under(order: RegisterOrder) -> QuerySet[LedgerEntry]:
    """Every act in the ledger that names these emergency powers, in order."""
    return LedgerEntry.objects.filter(
        sequence__gt=order.sequence, details__emergency=str(order.public_id)
    ).order_by("sequence")
