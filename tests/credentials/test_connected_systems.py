"""Connected systems in the back office: who enters, and four eyes for every change."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from wagtail.admin.menu import admin_menu

from accounts.enums import ADMIN_SITE_ROLES, Role
from credentials.models import ApplicationProposal, ConnectedApplication
from tests.credentials.gate_world import ask_token, connect

pytestmark = pytest.mark.django_db

DESK = "/admin/connected-systems/"
THUMBPRINT = "ab" * 32


@pytest.fixture
def administrator(person, county):
    return person("administrator", county, Role.ORGANISATION_ADMIN)


@pytest.fixture
def second(person, city):
    return person("second", city, Role.CERTIFICATION_OFFICER)


@pytest.fixture
def entrances(county, administrator):
    """Every address of the desk, about a system and a proposal that exist."""
    application, _ = connect(county, "gate:evaluate")
    waiting = ApplicationProposal.objects.create(
        name="waits",
        organisation=county,
        proposed_by=administrator,
        proposed_at=administrator.date_joined,
    )
    system = f"{DESK}{application.public_id}/"
    return [
        ("get", DESK),
        ("get", f"{DESK}propose/"),
        ("post", f"{DESK}propose/"),
        ("get", f"{system}change/"),
        ("post", f"{system}change/"),
        ("post", f"{system}secret/"),
        ("post", f"{system}close/"),
        ("post", f"{DESK}proposals/{waiting.pk}/"),
    ]


def state():
    return (
        list(ConnectedApplication.objects.values_list("pk", "closed_at")),
        list(ApplicationProposal.objects.values_list("pk", "decided_at")),
        [row.secrets.count() for row in ConnectedApplication.objects.all()],
    )


def answers(client, entrances):
    before = state()
    found = [getattr(client, method)(address) for method, address in entrances]
    assert state() == before
    return found


def test_anonymous_is_sent_to_sign_in_at_every_entrance(entrances):
    found = answers(Client(), entrances)

    assert all(a["Location"].startswith("/accounts/sign-in/") for a in found)


def test_password_alone_is_sent_to_the_code_at_every_entrance(
    entrances, signed_in, administrator
):
    found = answers(signed_in(administrator, verified=False), entrances)

    assert all(a["Location"].startswith("/accounts/code/") for a in found)


@pytest.mark.parametrize(
    "role", sorted({*Role} - {"organisation_admin", "certification_officer"})
)
def test_every_other_role_is_refused_at_every_entrance(
    entrances, signed_in, person, county, role
):
    found = answers(signed_in(person("somebody", county, role)), entrances)

    if role in ADMIN_SITE_ROLES:
        assert {answer["Location"] for answer in found} == {"/admin/"}
    else:
        assert {answer.status_code for answer in found} == {403}


def test_administrator_of_another_organisation_finds_nothing(
    entrances, signed_in, person, other_county
):
    stranger = signed_in(person("stranger", other_county, Role.ORGANISATION_ADMIN))
    found = answers(stranger, entrances)

    assert [answer.status_code for answer in found] == [200, 200, 422] + [404] * 5
    assert list(found[0].context["applications"]) == []
    assert list(found[0].context["proposals"]) == []


def test_dangerous_acts_need_a_code_of_the_last_minutes(
    entrances, signed_in, administrator
):
    client = signed_in(administrator)
    session = client.session
    session["code_verified_at"] = "2020-01-01T00:00:00+00:00"
    session.save()

    found = answers(client, entrances[1:])

    assert all(a["Location"].startswith("/accounts/code/") for a in found)


def test_menu_shows_the_desk_to_those_who_work_there(
    rf, administrator, second, instructor
):
    def entries(user):
        request = rf.get("/admin/")
        request.user = user
        return [item.url for item in admin_menu.menu_items_for_request(request)]

    assert DESK in entries(administrator)
    assert DESK in entries(second)
    assert DESK not in entries(instructor)


def wanted(organisation, **changes):
    return {
        "name": "case system",
        "organisation": organisation.pk,
        "divisions": "970121",
        "scopes": ["gate:evaluate"],
        "addresses": "",
        "requests_per_minute": "600",
        "certificate_thumbprint": "",
        **changes,
    }


def decide(client, choice="approve"):
    pending = ApplicationProposal.objects.get(decided_at__isnull=True)
    client.post(f"{DESK}proposals/{pending.pk}/", {choice: "1"})
    pending.refresh_from_db()
    return pending


def test_system_is_connected_by_two_people_and_its_secret_works(
    signed_in, administrator, second, county
):
    own = signed_in(administrator)
    own.post(f"{DESK}propose/", wanted(county))
    decide(own)
    assert ConnectedApplication.objects.count() == 0

    decide(signed_in(second))
    application = ConnectedApplication.objects.get()
    shown = own.post(f"{DESK}{application.public_id}/secret/")

    secret = shown.context["secret"]
    assert secret in shown.content.decode()
    assert ask_token(application.client_id, secret, "gate:evaluate").status_code == 200
    assert secret not in own.get(DESK).content.decode()


def test_second_account_of_the_proposer_does_not_count(
    signed_in, administrator, second, county
):
    second.phone = administrator.phone = "139 0000 0000"
    second.save()
    administrator.save()
    signed_in(administrator).post(f"{DESK}propose/", wanted(county))

    pending = decide(signed_in(second))

    assert pending.decided_at is None
    assert ConnectedApplication.objects.count() == 0


def test_change_takes_effect_when_the_second_person_approves(
    signed_in, administrator, second, county
):
    application, _ = connect(county, "gate:evaluate")
    changes = wanted(
        county,
        scopes=["gate:evaluate", "gate:permit"],
        addresses="10.1.0.0/16",
        requests_per_minute="60",
        certificate_thumbprint=THUMBPRINT.upper(),
    )
    signed_in(administrator).post(f"{DESK}{application.public_id}/change/", changes)
    application.refresh_from_db()
    assert application.allowed_scopes == ["gate:evaluate"]

    decide(signed_in(second))

    application.refresh_from_db()
    assert application.allowed_scopes == ["gate:evaluate", "gate:permit"]
    assert application.allowed_addresses == ["10.1.0.0/16"]
    assert application.requests_per_minute == 60
    assert application.certificate_thumbprint == THUMBPRINT


def test_change_leaves_the_system_with_its_organisation(
    signed_in, person, county, other_county, city
):
    application, _ = connect(county, "gate:evaluate")
    client = signed_in(person("above", city, Role.ORGANISATION_ADMIN))

    client.post(f"{DESK}{application.public_id}/change/", wanted(other_county))

    assert ApplicationProposal.objects.get().organisation == county


def test_refused_proposal_connects_nothing(signed_in, administrator, second, county):
    signed_in(administrator).post(f"{DESK}propose/", wanted(county))

    refused = decide(signed_in(second), "refuse")

    assert (refused.approved, refused.decided_by) == (False, second)
    assert ConnectedApplication.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("divisions", "97012x"),
        ("scopes", ["gate:everything"]),
        ("addresses", "10.1.0.0/99"),
        ("requests_per_minute", "0"),
        ("certificate_thumbprint", "abc"),
    ],
)
def test_malformed_proposal_is_refused_with_its_error(
    signed_in, administrator, county, field, value
):
    answer = signed_in(administrator).post(
        f"{DESK}propose/", wanted(county, **{field: value})
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_proposal_for_an_organisation_out_of_reach_is_refused(
    signed_in, administrator, other_county
):
    answer = signed_in(administrator).post(f"{DESK}propose/", wanted(other_county))

    assert answer.status_code == 422


def test_closing_ends_a_system(signed_in, administrator, county):
    application, secret = connect(county, "gate:evaluate")

    signed_in(administrator).post(f"{DESK}{application.public_id}/close/")

    assert ask_token(application.client_id, secret, "gate:evaluate").status_code == 401


def test_system_that_does_not_exist_is_not_found(signed_in, administrator):
    answer = signed_in(administrator).post(f"{DESK}{uuid4()}/close/")

    assert answer.status_code == 404
