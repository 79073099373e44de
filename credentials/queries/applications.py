"""Reads about connected systems: which ones a person administers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.enums import Role
from accounts.models import Organisation, User
from accounts.queries import organisations_reached
from credentials.models import ApplicationProposal, ConnectedApplication, OfflineRecord

CONNECTORS = (Role.ORGANISATION_ADMIN, Role.CERTIFICATION_OFFICER)
"""Who connects systems, for the organisations the role reaches."""


def organisations_connected_by(user: User, now: datetime) -> QuerySet[Organisation]:
    """The organisations whose systems the person administers."""
    return organisations_reached(user, CONNECTORS, now)


def applications_reached(user: User, now: datetime) -> QuerySet[ConnectedApplication]:
    """The connected systems the person administers; a closed one is none."""
    found: QuerySet[ConnectedApplication] = ConnectedApplication.objects.filter(
        organisation__in=organisations_connected_by(user, now),
        closed_at__isnull=True,
    ).order_by("name")
    return found


def proposals_waiting(user: User, now: datetime) -> QuerySet[ApplicationProposal]:
    """What somebody has proposed and nobody decided."""
    return ApplicationProposal.objects.filter(
        organisation__in=organisations_connected_by(user, now),
        decided_at__isnull=True,
    ).select_related("organisation", "proposed_by", "application")


def differing_records(user: User, now: datetime) -> QuerySet[OfflineRecord]:
    """What terminals answered otherwise than the register, newest first."""
    return (
        OfflineRecord.objects.differing()
        .filter(terminal__application__in=applications_reached(user, now))
        .select_related("terminal__application")
        .order_by("-pk")
    )
