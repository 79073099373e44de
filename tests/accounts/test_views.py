from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import User
from tests.accounts.test_roster import ROW, as_csv

PEOPLE, ROSTER = "/accounts/people/", "/admin/roster/"


@pytest.fixture
def admin_client(organisation_admin, signed_in):
    return signed_in(organisation_admin)


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_list_of_people_costs_the_same_for_one_and_three(
    admin_client, person, county
):
    admin_client.get(PEOPLE)
    one = queries_of(admin_client, PEOPLE)
    for name in ("a", "b", "c"):
        person(name, county, Role.TRAINEE)

    assert queries_of(admin_client, PEOPLE) == one


def test_only_people_of_the_own_body_are_listed_and_found(
    admin_client, learner, stranger
):
    page = admin_client.get(PEOPLE).content.decode()
    assert learner.name in page
    assert stranger.name not in page

    found = admin_client.get(PEOPLE, {"q": learner.officer_number}).content.decode()
    assert learner.name in found
    nobody = admin_client.get(PEOPLE, {"q": stranger.officer_number}).content.decode()
    assert stranger.name not in nobody


def test_a_long_list_is_paged_and_keeps_the_words(admin_client, person, county):
    for number in range(55):
        person(f"many{number:02d}", county, Role.TRAINEE)

    page = admin_client.get(PEOPLE, {"q": "many"}).content.decode()

    assert "1 / 2" in page
    assert "?q=many&amp;page=2" in page


def test_the_roster_comes_in_through_the_back_office(admin_client, county):
    upload = SimpleUploadedFile("r.csv", as_csv(ROW), "text/csv")

    answer = admin_client.post(ROSTER, {"file": upload})

    assert answer.status_code == 200
    person = User.objects.get(officer_number="97012100001")
    assert person.memberships.get().joined_on == date(2025, 3, 1)


def test_a_broken_roster_names_the_row_and_changes_nothing(admin_client, county):
    broken = ["", *ROW[1:]]
    upload = SimpleUploadedFile("r.csv", as_csv(ROW, broken), "text/csv")

    answer = admin_client.post(ROSTER, {"file": upload})

    assert answer.status_code == 422
    assert '<th scope="row" class="num">3</th>' in answer.content.decode()
    assert not User.objects.filter(officer_number="97012100001").exists()


@pytest.mark.parametrize("who", ["instructor", "certifier", "supervisor"])
def test_other_staff_reach_no_roster(who, database, request, signed_in):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(ROSTER).status_code in {302, 403}
    assert client.get(PEOPLE).status_code == 403
