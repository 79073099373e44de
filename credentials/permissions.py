"""May this person see or decide this?"""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role, is_verified, role_required
from accounts.queries import organisations_reached
from credentials.models import Proposal, Qualification
from credentials.queries.applications import CONNECTORS
from credentials.queries.desk import (
    DESK_ROLES,
    READING_ROLES,
    candidates,
    proposals_reached,
)

SCHEME_READERS = (*DESK_ROLES, Role.AUDITOR)
connector_required = role_required(*CONNECTORS)


def may_connect(request: HttpRequest) -> bool:
    """Signed in with code, in a role that connects systems."""
    return is_verified(request) and has_role(
        request.user, *CONNECTORS, now=timezone.now()
    )


def proposal_for(user: User, public_id: str, now: datetime) -> Proposal:
    """The proposal, if the person's role reaches it; otherwise there is none."""
    proposal = proposals_reached(user, now).filter(public_id=public_id).first()
    if proposal is None:
        raise Http404
    return proposal


def candidate_for(user: User, public_id: str, now: datetime) -> User:
    """An officer the person's role reaches; otherwise there is none."""
    officer = candidates(user, now).filter(public_id=public_id).first()
    if officer is None:
        raise Http404
    return officer


def qualification_to_change(user: User, public_id: str, now: datetime) -> Qualification:
    """A qualification of an issuer the person certifies for."""
    row = _qualification(public_id)
    if not has_role(user, *DESK_ROLES, organisation=row.issuer, now=now):
        raise Http404
    return row


def qualification_to_read(user: User, public_id: str, now: datetime) -> Qualification:
    """One's own, or one of an issuer the person certifies, supervises or audits."""
    row = _qualification(public_id)
    if row.officer_id != user.pk and not has_role(
        user, *READING_ROLES, organisation=row.issuer, now=now
    ):
        raise Http404
    return row


def issuers_read(user: User, now: datetime) -> set[int]:
    """The bodies whose qualifications the person reads, by primary key."""
    reached = organisations_reached(user, READING_ROLES, now)
    return set(reached.values_list("pk", flat=True))


def _qualification(public_id: str) -> Qualification:
    row = (
        Qualification.objects.filter(public_id=public_id)
        .select_related("officer", "scheme", "issuer")
        .first()
    )
    if row is None:
        raise Http404
    return row
