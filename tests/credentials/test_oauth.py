"""Who obtains a token: an approved system by its secret, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.enums import Role
from credentials.errors import SamePersonTwice, ScopeUnknown
from credentials.models import ConnectedApplication
from credentials.services.applications import (
    approve_application,
    close_application,
    issue_secret,
    propose_application,
    refuse_application,
)
from tests.credentials.gate_world import ask_token, connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(county):
    return connect(county, "gate:evaluate", "gate:explain")


def test_approved_system_obtains_the_scopes_it_has(connected):
    application, secret = connected

    answer = ask_token(application.client_id, secret, "gate:evaluate")

    assert (answer.status_code, answer.json()["scope"]) == (200, "gate:evaluate")
    assert answer.json()["expires_in"] <= 3600


def test_token_without_scope_is_refused(connected):
    application, secret = connected

    answer = ask_token(application.client_id, secret)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("scope", ["gate:history", "gate:evaluate gate:permit", "x"])
def test_scope_the_system_lacks_is_refused(connected, scope):
    application, secret = connected

    answer = ask_token(application.client_id, secret, scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_wrong_secret_is_refused(connected):
    application, _ = connected

    assert ask_token(application.client_id, "guess", "gate:evaluate").status_code == 401


def test_secret_column_of_the_library_opens_nothing(connected):
    application, _ = connected
    ConnectedApplication.objects.filter(pk=application.pk).update(client_secret="plain")

    assert ask_token(application.client_id, "plain", "gate:evaluate").status_code == 401


def test_old_and_new_secret_overlap_and_then_the_old_one_ends(connected):
    application, old = connected
    now = datetime.now(tz=UTC)
    new = issue_secret(application, now=now, overlap=timedelta(days=1))

    def statuses():
        return [
            ask_token(application.client_id, secret, "gate:evaluate").status_code
            for secret in (old, new)
        ]

    both = statuses()
    application.secrets.filter(expires_at__lt=now + timedelta(days=2)).update(
        expires_at=now - timedelta(seconds=1)
    )
    assert (both, statuses()) == ([200, 200], [401, 200])


def test_closed_system_obtains_nothing(connected):
    application, secret = connected
    close_application(application, now=datetime.now(tz=UTC))

    assert ask_token(application.client_id, secret, "gate:evaluate").status_code == 401


@pytest.mark.parametrize(
    "grant_type",
    ["password", "authorization_code", "refresh_token", "implicit", "", "x"],
)
def test_other_grants_are_refused(connected, grant_type, learner):
    application, secret = connected
    answer = Client().post(
        "/oauth/token",
        {
            "grant_type": grant_type,
            "client_id": application.client_id,
            "client_secret": secret,
            "username": learner.username,
            "password": "correct horse battery",
            "scope": "gate:evaluate",
        },
    )

    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.TRAINER, Role.AUDITOR, None])
def test_person_obtains_no_token(person, county, signed_in, role):
    user = person("somebody", county, *([role] if role else []))
    client = signed_in(user, verified=role != Role.TRAINEE)
    answer = client.post(
        "/oauth/token",
        {
            "grant_type": "password",
            "username": user.username,
            "password": "correct horse battery",
        },
    )

    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


@pytest.mark.parametrize(
    "path",
    ["applications/", "applications/register/", "authorize/", "register", "device"],
)
def test_nobody_can_register_a_client_or_authorise_one(signed_in, instructor, path):
    assert signed_in(instructor).get(f"/oauth/{path}").status_code == 404


def test_proposal_needs_a_second_person(county, certifier, second_certifier, now):
    proposal = propose_application(
        name="case system",
        organisation=county,
        divisions=["970121"],
        scopes=["gate:evaluate"],
        by=certifier,
        now=now,
    )

    with pytest.raises(SamePersonTwice):
        approve_application(proposal, by=certifier, now=now)
    application = approve_application(proposal, by=second_certifier, now=now)

    assert application.allowed_scopes == ["gate:evaluate"]
    assert application.authorization_grant_type == "client-credentials"
    with pytest.raises(SamePersonTwice):
        approve_application(proposal, by=second_certifier, now=now)


def test_refused_proposal_connects_nothing(county, certifier, second_certifier, now):
    proposal = propose_application(
        name="case system",
        organisation=county,
        divisions=[],
        scopes=[],
        by=certifier,
        now=now,
    )
    refuse_application(proposal, by=second_certifier, now=now)

    assert ConnectedApplication.objects.count() == 0


def test_unknown_scope_is_not_even_proposed(county, certifier, now):
    with pytest.raises(ScopeUnknown):
        propose_application(
            name="x",
            organisation=county,
            divisions=[],
            scopes=["everything"],
            by=certifier,
            now=now,
        )


def test_secret_is_never_taken_for_an_option_of_a_command(connected):
    application, _first = connected
    now = datetime.now(tz=UTC)

    given = [issue_secret(application, now=now) for _ in range(20)]

    assert all(len(secret) >= 64 and secret.isalnum() for secret in given)
