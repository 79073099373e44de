"""Pages for those who write connected systems: who enters, the console."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.enums import Role
from credentials.gate.application import GateApplication
from credentials.services.keys import rotate_keys
from tests.credentials.gate_world import (
    connect,
    make_scheme,
    qualify,
)

pytestmark = pytest.mark.django_db

PAGES = ["console/", "events/", "offline/"]
OPEN_PAGES = ["reference/", "openapi.json"]


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, db):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))


@pytest.fixture
def administrator(person, county):
    return person("administrator", county, Role.ORGANISATION_ADMIN)


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


@pytest.mark.parametrize("page", OPEN_PAGES)
def test_reference_is_open_to_everybody(signed_in, learner, page):
    for client in (Client(), signed_in(learner)):
        assert client.get(f"/connect/{page}").status_code == 200


def test_reference_speaks_the_language_of_the_reader(client):
    page = client.get("/connect/reference/").content.decode()

    assert "询问这组人此时此地能否实施该检查" in page
    assert "/connect/console/" not in page


def test_front_leads_others_to_the_reference(signed_in, learner):
    for client in (Client(), signed_in(learner)):
        assert client.get("/connect/")["Location"] == "/connect/reference/"


def test_front_leads_to_the_console(signed_in, administrator):
    answer = signed_in(administrator).get("/connect/")

    assert (answer.status_code, answer["Location"]) == (302, "/connect/console/")


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
