"""A register with officers and a connected system, as the gate meets them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from accounts.models import User
from credentials.enums import Act, Ground
from credentials.models import (
    ConnectedApplication,
    Qualification,
    Scheme,
    SchemeVersion,
)
from credentials.services.applications import issue_secret
from credentials.services.ledger import (
    Writing,
    append_entry,
    lock_register,
    open_qualification,
    record_on,
)

METHODS = ["focused", "special", "random", "unannounced", "cross_area"]


def make_scheme(organisation, *, key="hazchem-emergency", **parameters) -> Scheme:
    """An approved scheme in effect since 2020."""
    scheme = Scheme.objects.create(key=key, name=key, organisation=organisation)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    SchemeVersion.objects.create(
        scheme=scheme,
        number=1,
        parameters={
            "kind": "officer",
            "sectors": ["hazchem"],
            "methods": METHODS,
            "requirements": [{"code": "in_post", "kind": "in_post"}],
            "validity_months": 60,
            **parameters,
        },
        state="approved",
        effective_from=since,
        written_at=since,
        approved_at=since,
    )
    return scheme


def qualify(officer: User, scheme: Scheme, issuer, **fields: Any) -> Qualification:
    """A projected qualification that is valid now."""
    now = datetime.now(tz=UTC)
    return Qualification.objects.create(
        **{
            "officer": officer,
            "scheme": scheme,
            "issuer": issuer,
            "state": "active",
            "scheme_version": 1,
            "number": f"T{officer.pk}",
            "valid_from": now - timedelta(days=100),
            "valid_to": now + timedelta(days=1000),
            "sectors": ["hazchem"],
            "methods": METHODS,
            "divisions": [issuer.division_code],
            "sequence": 1,
            **fields,
        }
    )


def suspend(qualification: Qualification) -> None:
    """Marks the projection as suspended since a second ago."""
    qualification.state = "suspended"
    qualification.suspended_since = datetime.now(tz=UTC) - timedelta(seconds=1)
    qualification.ground = "procedure_violated"
    qualification.save()


def connect(organisation, *scopes: str, **fields: Any) -> tuple[Any, str]:
    """An open application with a secret."""
    application = ConnectedApplication.objects.create(
        name="case system",
        organisation=organisation,
        client_type="confidential",
        authorization_grant_type="client-credentials",
        divisions=fields.pop("divisions", [organisation.division_code]),
        allowed_scopes=list(scopes),
        **fields,
    )
    return application, issue_secret(application, now=datetime.now(tz=UTC))


def ask_token(client_id: str, secret: str, scope: str = "") -> Any:
    """The answer of the token endpoint."""
    return Client().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": scope,
        },
    )


def token_for(application: Any, secret: str, *scopes: str) -> str:
    """An access token of the application."""
    answer = ask_token(
        application.client_id, secret, " ".join(scopes or application.allowed_scopes)
    )
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def team_question(*officers: User, **changes: Any) -> dict[str, Any]:
    """The question of design B.2 about these officers, the first in the lead."""
    members = [
        {
            "type": "officer",
            "id": str(officer.public_id),
            "role": "member" if index else "lead",
        }
        for index, officer in enumerate(officers)
    ]
    question = {
        "subject": {
            "type": "team",
            "id": "case-1#1",
            "properties": {"members": members},
        },
        "action": {"name": "open_inspection", "properties": {"method": "focused"}},
        "resource": {
            "type": "inspection",
            "id": "case-1",
            "properties": {
                "sector": "hazchem",
                "division": "970121",
                "site": "ent-5f3a",
                "task": {
                    "basis": "annual_plan",
                    "number": "2026-0123",
                    "approved": True,
                },
            },
        },
        "context": {},
    }
    question.update(changes)
    return question


def issue(officer: User, scheme: Scheme, issuer) -> Qualification:
    """A qualification issued through the ledger."""
    now = datetime.now(tz=UTC)
    with transaction.atomic():
        register = lock_register()
        entry = append_entry(
            register,
            Writing(
                act=Act.ISSUED,
                ground=Ground.REQUIREMENTS_MET,
                effective_at=now,
                officer=officer.public_id,
                qualification=uuid.uuid4(),
                scheme=scheme.key,
                details={
                    "number": f"T{officer.pk}",
                    "scheme_version": 1,
                    "sectors": ["hazchem"],
                    "methods": METHODS,
                    "divisions": [issuer.division_code],
                    "valid_from": now.isoformat(),
                    "valid_to": (now + timedelta(days=1000)).isoformat(),
                },
            ),
            now=now,
        )
        return open_qualification(entry, officer, scheme, issuer)


def act_on(qualification: Qualification, act: Act, ground: Ground) -> None:
    """One act through the ledger, committed."""
    with transaction.atomic():
        now = datetime.now(tz=UTC)
        writing = Writing(
            act=act,
            ground=ground,
            effective_at=now,
            officer=qualification.officer.public_id,
            qualification=qualification.public_id,
            scheme=qualification.scheme.key,
        )
        record_on(lock_register(), qualification, writing, now=now)
