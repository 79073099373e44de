"""What certification officers see: what waits, what ends, whom they reach."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership, User
from accounts.queries import organisations_reached
from credentials.enums import ProposalState
from credentials.models import Proposal, Qualification
from credentials.queries.register import zone

DESK_ROLES = (Role.CERTIFICATION_OFFICER,)
READING_ROLES = (Role.CERTIFICATION_OFFICER, Role.SUPERVISOR, Role.AUDITOR)


def proposals_reached(user: User, now: datetime) -> QuerySet[Proposal]:
    """Proposals of the bodies the person's role reaches, oldest first."""
    return (
        Proposal.objects.filter(issuer__in=organisations_reached(user, DESK_ROLES, now))
        .select_related(
            "officer", "proposed_by", "decided_by", "scheme", "scheme_version", "issuer"
        )
        .prefetch_related("officer__memberships__organisation")
        .order_by("proposed_at")
    )


def waiting_for(user: User, now: datetime) -> QuerySet[Proposal]:
    """Proposals of others that wait for a second signature."""
    return (
        proposals_reached(user, now)
        .filter(state=ProposalState.WAITING)
        .exclude(proposed_by=user)
    )


def own_proposals(user: User, now: datetime) -> QuerySet[Proposal]:
    """What the person proposed, newest first."""
    return (
        proposals_reached(user, now).filter(proposed_by=user).order_by("-proposed_at")
    )


def decided_proposals(user: User, now: datetime) -> QuerySet[Proposal]:
    """What has been decided, newest first."""
    return (
        proposals_reached(user, now)
        .exclude(state=ProposalState.WAITING)
        .order_by("-decided_at")
    )


def qualifications_reached(user: User, now: datetime) -> QuerySet[Qualification]:
    """Qualifications issued by the bodies the person's role reaches."""
    return Qualification.objects.filter(
        issuer__in=organisations_reached(user, READING_ROLES, now)
    ).select_related("officer", "scheme", "issuer")


def ending_soon(
    user: User, now: datetime, *, days: int = 30
) -> QuerySet[Qualification]:
    """Qualifications whose term ends within the days, soonest first."""
    reached = qualifications_reached(user, now).values("pk")
    return (
        Qualification.objects.ending(now, now + timedelta(days=days))
        .filter(pk__in=reached)
        .select_related("officer", "scheme")
        .prefetch_related("officer__memberships__organisation")
        .order_by("valid_to")
    )


def candidates(user: User, now: datetime, *, words: str = "") -> QuerySet[User]:
    """Officers in post in the bodies the role reaches, found by name or number."""
    day = now.astimezone(zone()).date()
    posts = Membership.objects.on(day).filter(
        organisation__in=organisations_reached(user, DESK_ROLES, now)
    )
    people = User.objects.filter(pk__in=posts.values("user_id"), is_active=True)
    if words:
        people = people.filter(
            Q(name__icontains=words)
            | Q(officer_number=words)
            | Q(qualifications__number=words)
        ).distinct()
    return people.prefetch_related(
        "memberships__organisation", "qualifications__scheme"
    ).order_by("name", "pk")
