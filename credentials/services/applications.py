"""How a system becomes connected, and how its secrets change."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Organisation, User
from credentials.errors import SamePersonTwice, ScopeUnknown
from credentials.models import (
    ApplicationProposal,
    ClientSecret,
    ConnectedApplication,
)
from credentials.oauth import SCOPES, hash_secret
from credentials.queries.people import same_person

SECRET_LIFE = timedelta(days=365)
SECRET_OVERLAP = timedelta(days=7)


def propose_application(
    *,
    name: str,
    organisation: Organisation,
    divisions: Sequence[str],
    scopes: Sequence[str],
    by: User,
    now: datetime,
    application: ConnectedApplication | None = None,
    addresses: Sequence[str] = (),
    requests_per_minute: int = 600,
    certificate_thumbprint: str = "",
) -> ApplicationProposal:
    """Proposes a connected system or a change of one. Every call is a proposal."""
    if not set(scopes) <= set(SCOPES):
        raise ScopeUnknown
    return ApplicationProposal.objects.create(
        application=application,
        name=name,
        organisation=organisation,
        divisions=list(divisions),
        allowed_scopes=list(scopes),
        allowed_addresses=list(addresses),
        requests_per_minute=requests_per_minute,
        certificate_thumbprint=certificate_thumbprint,
        proposed_by=by,
        proposed_at=now,
    )


@transaction.atomic
def approve_application(
    proposal: ApplicationProposal, *, by: User, now: datetime
) -> ConnectedApplication:
    """Puts a proposal into force; the proposer may not. Refuses a decided one."""
    held = _undecided(proposal, by)
    application = held.application or ConnectedApplication(
        client_type=ConnectedApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ConnectedApplication.GRANT_CLIENT_CREDENTIALS,
    )
    application.name = held.name
    application.organisation = held.organisation
    application.divisions = held.divisions
    application.allowed_scopes = held.allowed_scopes
    application.allowed_addresses = held.allowed_addresses
    application.requests_per_minute = held.requests_per_minute
    application.certificate_thumbprint = held.certificate_thumbprint
    application.save()
    held.application = application
    held.decided_by, held.decided_at, held.approved = by, now, True
    held.save(update_fields=["application", "decided_by", "decided_at", "approved"])
    return application


@transaction.atomic
def refuse_application(
    proposal: ApplicationProposal, *, by: User, now: datetime
) -> None:
    """Turns a proposal down; refuses a decided one."""
    held = _undecided(proposal, by)
    held.decided_by, held.decided_at, held.approved = by, now, False
    held.save(update_fields=["decided_by", "decided_at", "approved"])


def _undecided(proposal: ApplicationProposal, by: User) -> ApplicationProposal:
    """The locked proposal, when this person may decide it; also not by two accounts."""
    held = ApplicationProposal.objects.select_for_update().get(pk=proposal.pk)
    if held.decided_at is not None or same_person(held.proposed_by, by):
        raise SamePersonTwice
    return held


@transaction.atomic
def issue_secret(
    application: ConnectedApplication,
    *,
    now: datetime,
    overlap: timedelta = SECRET_OVERLAP,
) -> str:
    """A new secret, shown once; earlier ones run out after the overlap.

    Hexadecimal: a secret with a leading dash would be taken for an option on a
    command line.
    """
    ConnectedApplication.objects.select_for_update().get(pk=application.pk)
    for earlier in application.secrets.live(now):
        end = now + overlap
        earlier.expires_at = min(earlier.expires_at or end, end)
        earlier.save(update_fields=["expires_at"])
    secret = secrets.token_hex(32)
    ClientSecret.objects.create(
        application=application,
        hashed=hash_secret(secret),
        created_at=now,
        expires_at=now + SECRET_LIFE,
    )
    return secret


@transaction.atomic
def close_application(application: ConnectedApplication, *, now: datetime) -> None:
    """Ends a connected system at once, with all its secrets; idempotent."""
    held = ConnectedApplication.objects.select_for_update().get(pk=application.pk)
    if held.closed_at is None:
        held.closed_at = now
        held.save(update_fields=["closed_at"])
        held.secrets.live(now).update(revoked_at=now)
