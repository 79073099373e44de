"""Pages for connected systems: who enters, four eyes, the console."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.enums import Role
from credentials.gate.application import GateApplication
from credentials.models import ApplicationProposal, ConnectedApplication
from credentials.services.keys import rotate_keys
from tests.credentials.gate_world import (
    ask_token,
    connect,
    make_scheme,
    qualify,
)

pytestmark = pytest.mark.django_db

PAGES = ["", "console/", "reference/", "openapi.json", "events/"]


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, db):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))


@pytest.fixture
def administrator(person, county):
    return person("administrator", county, Role.ORGANISATION_ADMIN)


@pytest.fixture
def second(person, city):
    return person("second", city, Role.ORGANISATION_ADMIN)


@pytest.mark.parametrize("page", PAGES)
def test_anonymous_goes_to_the_sign_in_page(page):
    assert Client().get(f"/connect/{page}").status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_trainee_and_trainer_are_refused(signed_in, learner, instructor, page):
    for user in (learner, instructor):
        assert signed_in(user).get(f"/connect/{page}").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_password_alone_does_not_enter(signed_in, administrator, page):
    client = signed_in(administrator, verified=False)

    assert client.get(f"/connect/{page}").status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_administrator_sees_the_pages(signed_in, administrator, page):
    assert signed_in(administrator).get(f"/connect/{page}").status_code == 200


def proposal(organisation):
    return {
        "name": "case system",
        "organisation": organisation.pk,
        "divisions": "970121",
        "scopes": ["gate:evaluate"],
        "addresses": "",
    }


def test_system_is_connected_by_two_people_and_its_secret_works(
    signed_in, administrator, second, county
):
    signed_in(administrator).post("/connect/propose/", proposal(county))
    pending = ApplicationProposal.objects.get()
    own = signed_in(administrator)
    own.post(f"/connect/proposals/{pending.pk}/", {"approve": "1"})
    assert ConnectedApplication.objects.count() == 0

    signed_in(second).post(f"/connect/proposals/{pending.pk}/", {"approve": "1"})
    application = ConnectedApplication.objects.get()
    shown = own.post(f"/connect/clients/{application.public_id}/secret/")

    secret = shown.context["secret"]
    assert ask_token(application.client_id, secret, "gate:evaluate").status_code == 200


def test_malformed_proposal_is_refused_with_its_errors(
    signed_in, administrator, county
):
    document = {**proposal(county), "divisions": "97012x"}

    answer = signed_in(administrator).post("/connect/propose/", document)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["divisions"]


def test_proposal_for_an_organisation_out_of_reach_is_refused(
    signed_in, administrator, other_county
):
    answer = signed_in(administrator).post("/connect/propose/", proposal(other_county))

    assert answer.status_code == 422


@pytest.mark.parametrize("act", ["secret", "close"])
def test_system_of_another_organisation_is_not_found(
    signed_in, administrator, other_county, act
):
    application, _ = connect(other_county)

    answer = signed_in(administrator).post(
        f"/connect/clients/{application.public_id}/{act}/"
    )

    assert answer.status_code == 404


def test_closing_ends_a_system(signed_in, administrator, county):
    application, secret = connect(county, "gate:evaluate")

    signed_in(administrator).post(f"/connect/clients/{application.public_id}/close/")

    assert ask_token(application.client_id, secret, "gate:evaluate").status_code == 401


def test_console_asks_the_real_gate(
    signed_in, administrator, person, county, city, monkeypatch
):
    monkeypatch.setattr("credentials.gate.probe.application", GateApplication())
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        qualify(officer, scheme, city)
    application, _ = connect(county, "gate:evaluate", "gate:explain")
    document = {
        "application": application.pk,
        "team": "\n".join(str(officer.public_id) for officer in people),
        "sector": "hazchem",
        "method": "focused",
        "division": "970121",
        "site": "ent-1",
    }
    client = signed_in(administrator)

    yes = client.post("/connect/console/", document)
    no = client.post("/connect/console/", {**document, "team": people[0].public_id})

    assert yes.context["probe"].permitted
    assert [r["code"] for r in no.context["reasons"]] == ["team_below_quorum"]
    assert [row.permitted for row in no.context["asked"]] == [False, True]


def test_openapi_names_every_route(signed_in, administrator):
    document = json.loads(signed_in(administrator).get("/connect/openapi.json").content)

    assert "/gate/v1/permits/{permit}/confirm" in document["paths"]
    assert document["paths"]["/events/v1"]["get"]["security"] == [
        {"oauth": ["events:read"]}
    ]
