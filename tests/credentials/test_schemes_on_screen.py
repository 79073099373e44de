"""Schemes on screen: who enters from the back office, who writes, who signs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from accounts.enums import Role
from credentials.services.schemes import write_version
from tests.credentials.conftest import PARAMETERS

pytestmark = pytest.mark.django_db

DESK = "/qualifications/schemes/"


@pytest.fixture
def today():
    return timezone.now()


def test_new_scheme_version_is_tried_out_and_approved_by_another(
    learner, scheme, certifier, second_certifier, signed_in, code_of, today
):
    writer, approver = signed_in(certifier), signed_in(second_certifier)
    text = (
        "kind: officer\nsectors: [hazchem]\nmethods: [focused]\nvalidity_months: 24\n"
        "requirements: [{code: years, kind: years_in_post, parameters: {years: 40}}]\n"
    )
    day = (today + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    write = reverse("credentials:scheme_write", args=[scheme.key])

    assert writer.get(write).status_code == 200
    bad = writer.post(write, {"effective_from": day, "parameters": "quorum: 1"})
    good = writer.post(write, {"effective_from": day, "parameters": text})
    page = approver.get(good.url)
    own = writer.post(good.url, {"code": code_of(certifier)})
    done = approver.post(good.url, {"code": code_of(second_certifier)})

    assert "parameters" in bad.context["form"].errors
    assert {e.kind for e in page.context["effects"]} == {"loses"}
    assert own.status_code == 200
    assert done.status_code == 302
    assert scheme.versions.get(number=2).state == "approved"


def test_schemes_are_for_certification_officers_of_their_area(
    scheme, learner, certifier, person, county, signed_in
):
    sideways = person("sideways", county, Role.CERTIFICATION_OFFICER)
    version = reverse(
        "credentials:scheme_version", args=[scheme.versions.get().public_id]
    )

    assert signed_in(learner).get(DESK).status_code == 403
    assert signed_in(certifier).get(DESK).status_code == 200
    assert signed_in(certifier).get(version).status_code == 200
    assert signed_in(sideways).get(version).status_code == 404


def test_back_office_leads_those_who_may_read_schemes_to_them(
    rf, certifier, auditor, supervisor, instructor, organisation_admin
):
    def leads(user):
        request = rf.get("/admin/")
        request.user = user
        return DESK in [i.url for i in admin_menu.menu_items_for_request(request)]

    people = (certifier, auditor, supervisor, instructor, organisation_admin)

    assert [user for user in people if leads(user)] == [certifier, auditor]


def test_schemes_ask_for_sign_in_and_code_like_the_back_office(
    scheme, certifier, signed_in
):
    version = scheme.versions.get()
    addresses = [
        DESK,
        reverse("credentials:scheme_write", args=[scheme.key]),
        reverse("credentials:scheme_version", args=[version.public_id]),
    ]
    password_only = signed_in(certifier, verified=False)

    for address in addresses:
        assert Client().get(address)["Location"].startswith("/accounts/sign-in/")
        assert password_only.get(address)["Location"].startswith("/accounts/code/")


def test_auditor_reads_versions_but_neither_writes_nor_signs(
    make_scheme, scheme, auditor, certifier, signed_in, code_of, now
):
    draft = write_version(
        scheme,
        parameters=PARAMETERS,
        effective_from=now + timedelta(days=3650),
        by=certifier,
        now=now,
    )
    client = signed_in(auditor)
    write = reverse("credentials:scheme_write", args=[scheme.key])
    version = reverse("credentials:scheme_version", args=[draft.public_id])

    listed, shown = client.get(DESK), client.get(version)

    assert write not in listed.text
    assert shown.status_code == 200
    assert 'name="code"' not in shown.text
    assert client.get(write).status_code == 403
    assert client.post(version, {"code": code_of(auditor)}).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"
