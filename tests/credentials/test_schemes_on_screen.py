"""Schemes on screen: who enters from the back office, who writes, who signs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from accounts.enums import Role
from credentials.enums import Act
from credentials.services.schemes import write_version
from tests.credentials.conftest import PARAMETERS

pytestmark = pytest.mark.django_db

DESK = "/qualifications/schemes/"


@pytest.fixture
def today():
    return timezone.now()


def test_new_scheme_version_is_tried_out_and_approved_by_another(
    learner,
    scheme,
    certifier,
    second_certifier,
    signed_in,
    code_of,
    today,
    django_capture_on_commit_callbacks,
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
    with django_capture_on_commit_callbacks() as ordered:
        good = writer.post(write, {"effective_from": day, "parameters": text})
    waiting = approver.get(good.url).content.decode()
    for call in ordered:
        call()
    page = approver.get(good.url)
    own = writer.post(good.url, {"code": code_of(certifier)})
    done = approver.post(good.url, {"code": code_of(second_certifier)})

    assert "parameters" in bad.context["form"].errors
    assert 'name="code"' not in waiting
    assert set(page.context["counts"]) == {"loses"}
    assert "在岗不少于 40 年" in page.content.decode()
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


def test_version_is_shown_in_words_with_its_law(scheme, certifier, signed_in):
    version = scheme.versions.get()

    html = (
        signed_in(certifier)
        .get(reverse("credentials:scheme_version", args=[version.public_id]))
        .content.decode()
    )
    words = html.partition("<pre")[0]

    assert "合格人员不少于 2 名" in words
    assert "validity_months" not in words
    for choice in (Act.ISSUED, Act.REVOKED):
        assert str(choice.label) in words


def test_citation_that_names_no_article_is_refused(scheme, certifier, signed_in, today):
    text = (
        "kind: officer\nsectors: [hazchem]\nmethods: [focused]\nvalidity_months: 24\n"
        "requirements: [{code: post, kind: in_post, law: [none]}]\n"
    )
    day = (today + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")

    answer = signed_in(certifier).post(
        reverse("credentials:scheme_write", args=[scheme.key]),
        {"effective_from": day, "parameters": text},
    )

    assert "none" in str(answer.context["form"].errors["parameters"])
    assert scheme.versions.count() == 1


def test_draft_is_tried_out_again_by_those_who_may_sign(
    scheme, certifier, auditor, learner, signed_in, today
):
    draft = write_version(
        scheme,
        parameters=PARAMETERS,
        effective_from=today + timedelta(days=30),
        by=certifier,
        now=today,
    )
    address = reverse("credentials:scheme_try", args=[draft.public_id])

    for user in (learner, auditor):
        assert signed_in(user).post(address).status_code == 403
    assert signed_in(certifier).post(address).status_code == 302
    assert draft.dry_runs.count() == 1
