"""What certification officers see: what waits, what ends, whom they reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership, User
from accounts.queries import name_begins, organisations_reached
from credentials.enums import ProposalState
from credentials.models import Batch, Card, Proposal, Qualification
from credentials.queries.register import zone

DESK_ROLES = (Role.CERTIFICATION_OFFICER,)
READING_ROLES = (Role.CERTIFICATION_OFFICER, Role.SUPERVISOR, Role.AUDITOR)


def proposals_reached(user: User, now: datetime) -> QuerySet[Proposal]:
    """Proposals of the bodies the person's role reaches, oldest first."""
    return (
        Proposal.objects.filter(issuer__in=organisations_reached(user, DESK_ROLES, now))
        .select_related(
            "officer",
            "proposed_by",
            "decided_by",
            "scheme",
            "scheme_version",
            "issuer",
            "batch",
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


def ending_soon(
    user: User, now: datetime, *, days: int = 30
) -> QuerySet[Qualification]:
    """Qualifications of issuers within reach whose term ends soon, soonest first."""
    return (
        Qualification.objects.ending(now, now + timedelta(days=days))
        .filter(issuer_id__in=_bodies(user, READING_ROLES, now))
        .select_related("officer", "scheme")
        .prefetch_related("officer__memberships__organisation")
        .order_by("valid_to")
    )


def posts_listed(user: User, now: datetime) -> QuerySet[Membership]:
    """Officers in post in the bodies the role reaches, body by body.

    Read in the order of an index, so that a page costs the same in a register of
    any size.
    """
    return (
        Membership.objects.on(now.astimezone(zone()).date())
        .filter(organisation_id__in=_bodies(user, DESK_ROLES, now))
        .filter(user__is_active=True)
        .select_related("user")
        .prefetch_related(
            "user__memberships__organisation", "user__qualifications__scheme"
        )
        .order_by("organisation_id", "pk")
    )


def batch_lines(batch: Batch) -> QuerySet[Proposal]:
    """The proposals of a batch, each person visible, in the order of names."""
    return (
        batch.proposals.select_related(
            "officer", "scheme", "qualification", "proposed_by", "decided_by"
        )
        .prefetch_related("officer__memberships__organisation")
        .order_by("officer__name", "pk")
    )


def candidates(user: User, now: datetime, *, words: str = "") -> QuerySet[User]:
    """Officers in post in the bodies the role reaches, found by number or name.

    A number is looked up first; a name is found by its beginning, by an index.
    """
    posts = Membership.objects.on(now.astimezone(zone()).date()).filter(
        user=OuterRef("pk"), organisation_id__in=_bodies(user, DESK_ROLES, now)
    )
    people = User.objects.filter(Exists(posts), is_active=True)
    if words:
        numbered = _numbered(words)
        people = people.filter(Q(pk__in=numbered) if numbered else name_begins(words))
    return people.prefetch_related(
        "memberships__organisation", "qualifications__scheme"
    ).order_by("name", "pk")


def _numbered(words: str) -> list[int]:
    """Whom an officer number or a card number belongs to."""
    officers = User.objects.filter(officer_number=words)
    cards = Card.objects.filter(number=words)
    return [
        *officers.values_list("pk", flat=True),
        *cards.values_list("qualification__officer_id", flat=True),
    ]


def _bodies(user: User, roles: Iterable[Role], now: datetime) -> list[int]:
    return list(organisations_reached(user, roles, now).values_list("pk", flat=True))
