"""Schemes on screen: who enters from the back office, who writes, who signs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from accounts.enums import Role
from credentials.enums import Act
from credentials.services.dry_runs import go_on
from credentials.services.schemes import write_version
from tests.credentials.conftest import PARAMETERS

pytestmark = pytest.mark.django_db

DESK = "/qualifications/schemes/"


@pytest.fixture
def today():
    return timezone.now()


def when(today):
    day = today + timedelta(days=30)
    return {"effective_from": day.strftime("%Y-%m-%dT%H:%M")}


def asked(today, conditions, **changes):
    """A filled-in form of a new version."""
    return {
        **when(today),
        "kind": "officer",
        "sectors": ["hazchem"],
        "methods": ["focused"],
        "validity_months": 24,
        "renewal_window_days": 180,
        "grace_days": 0,
        "continuing_hours": 0,
        "check_months": 0,
        "quorum": 2,
        "separation_days": 365,
        "issuing_levels": ["city"],
        "published": "on",
        "conditions": conditions,
        **changes,
    }


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
    text = "requirements: [{code: years, kind: years_in_post, parameters: {years: 40}}]"
    write = reverse("credentials:scheme_write", args=[scheme.key])

    assert writer.get(write).status_code == 200
    bad = writer.post(write, asked(today, text, quorum=1))
    with django_capture_on_commit_callbacks() as ordered:
        good = writer.post(write, asked(today, text))
    waiting = approver.get(good.url).content.decode()
    for call in ordered:
        call()
    page = approver.get(good.url)
    own = writer.post(good.url, {"code": code_of(certifier)})
    done = approver.post(good.url, {"code": code_of(second_certifier)})

    assert "quorum" in bad.context["form"].errors
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
    text = "requirements: [{code: post, kind: in_post, law: [none]}]"

    answer = signed_in(certifier).post(
        reverse("credentials:scheme_write", args=[scheme.key]), asked(today, text)
    )

    assert "none" in str(answer.context["form"].errors["conditions"])
    assert scheme.versions.count() == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("requirements: [", "YAML"),
        ("quorum: 9", "requirements"),
        ("requirements: [{code: exam, kind: exam_passed}]", "exam: missing: exam"),
        ("requirements: []", "missing: requirements"),
    ],
)
def test_conditions_that_do_not_hold_together_say_why(
    scheme, certifier, signed_in, today, text, told
):
    answer = signed_in(certifier).post(
        reverse("credentials:scheme_write", args=[scheme.key]), asked(today, text)
    )

    assert told in str(answer.context["form"].errors["conditions"])


def test_form_begins_with_what_counts_and_keeps_every_parameter(
    scheme, certifier, signed_in, today
):
    client = signed_in(certifier)
    write = reverse("credentials:scheme_write", args=[scheme.key])
    begun = client.get(write).context["form"].initial
    sent = {k: v for k, v in begun.items() if v is not False}

    client.post(write, {**sent, **when(today)})

    old, new = (version.rules() for version in scheme.versions.order_by("number"))
    assert new == old


def test_draft_is_tried_out_again_by_those_who_may_sign(
    scheme, certifier, auditor, learner, person, county, signed_in, today
):
    draft = write_version(
        scheme,
        parameters=PARAMETERS,
        effective_from=today + timedelta(days=30),
        by=certifier,
        now=today,
    )
    address = reverse("credentials:scheme_try", args=[draft.public_id])

    sideways = person("sideways", county, Role.CERTIFICATION_OFFICER)
    ended = go_on(draft.dry_runs.get(), now=today)

    assert Client().post(address)["Location"].startswith("/accounts/sign-in/")
    for user, status in ((learner, 403), (auditor, 403), (sideways, 404)):
        assert signed_in(user).post(address).status_code == status
    assert draft.dry_runs.get() == ended
    for _click in range(2):
        assert signed_in(certifier).post(address).status_code == 302
    assert draft.dry_runs.get() != ended


def test_draft_is_not_signed_before_everybody_was_looked_at(
    scheme, certifier, second_certifier, signed_in, code_of, today
):
    draft = write_version(
        scheme,
        parameters=PARAMETERS,
        effective_from=today + timedelta(days=30),
        by=certifier,
        now=today,
    )
    address = reverse("credentials:scheme_version", args=[draft.public_id])

    answer = signed_in(second_certifier).post(
        address, {"code": code_of(second_certifier)}
    )

    assert "试算完毕后才能批准" in str(answer.context["form"].errors)
    draft.refresh_from_db()
    assert draft.state == "draft"
