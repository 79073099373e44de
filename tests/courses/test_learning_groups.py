"""Groups of learners: who makes them, who can be in them, who is reached by them."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from courses.errors import GroupNameTaken
from courses.models import LearnerGroup
from courses.queries.programmes import assigned_programmes
from courses.services.groups import make_group, set_group
from courses.services.programmes import create_programme
from tests.courses.learning_factories import make_course

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def group(county: Organisation) -> LearnerGroup:
    return make_group(county, "一班")


def test_name_is_given_once_per_organisation(
    group: LearnerGroup, county: Organisation, city: Organisation
) -> None:
    make_group(city, "一班")

    with pytest.raises(GroupNameTaken):
        make_group(county, "一班")


def test_renaming_to_a_taken_name_is_refused(
    group: LearnerGroup, county: Organisation
) -> None:
    other = make_group(county, "二班")

    with pytest.raises(GroupNameTaken):
        set_group(other, name="一班", members=[], people=User.objects.none())


def test_members_out_of_reach_stay(
    group: LearnerGroup, learner: User, stranger: User
) -> None:
    group.members.add(learner, stranger)
    reached = User.objects.filter(pk=learner.pk)

    set_group(group, name="一班", members=[], people=reached)

    assert list(group.members.all()) == [stranger]


def test_manager_makes_fills_and_assigns_a_group(
    organisation_admin: User,
    county: Organisation,
    learner: User,
    signed_in: SignedIn,
    now: datetime,
) -> None:
    make_course()
    client = signed_in(organisation_admin)
    client.post(
        reverse("courses:groups"), {"organisation": county.pk, "name": "新任人员班"}
    )
    group = LearnerGroup.objects.get()
    client.post(
        reverse("courses:group", args=[group.public_id]),
        {"name": "新任人员一班", "members": [learner.pk]},
    )
    programme = create_programme(
        county, "培训", [("course", "plans")], now=now, by=organisation_admin
    )
    client.post(
        reverse("courses:programme", args=[programme.public_id]),
        {"due_on": date(2099, 1, 1), "groups": [group.pk]},
    )

    group.refresh_from_db()
    assert group.name == "新任人员一班"
    assert len(assigned_programmes(learner, now)) == 1


def test_people_out_of_reach_cannot_be_added(
    group: LearnerGroup, organisation_admin: User, stranger: User, signed_in: SignedIn
) -> None:
    url = reverse("courses:group", args=[group.public_id])

    answer = signed_in(organisation_admin).post(
        url, {"name": "一班", "members": [stranger.pk]}
    )

    assert answer.status_code == 200
    assert not group.members.exists()


def test_taken_name_is_said_in_the_form(
    group: LearnerGroup,
    county: Organisation,
    organisation_admin: User,
    signed_in: SignedIn,
) -> None:
    answer = signed_in(organisation_admin).post(
        reverse("courses:groups"), {"organisation": county.pk, "name": "一班"}
    )

    assert str(GroupNameTaken.message) in answer.content.decode()


def test_group_of_another_organisation_is_not_found(
    city: Organisation, organisation_admin: User, signed_in: SignedIn
) -> None:
    foreign = make_group(city, "市局班")

    answer = signed_in(organisation_admin).get(
        reverse("courses:group", args=[foreign.public_id])
    )

    assert answer.status_code == 404


def test_learner_has_no_groups_page(learner: User, signed_in: SignedIn) -> None:
    assert signed_in(learner).get(reverse("courses:groups")).status_code == 403


def test_list_costs_the_same_queries(
    county: Organisation,
    organisation_admin: User,
    signed_in: SignedIn,
) -> None:
    client = signed_in(organisation_admin)
    url = reverse("courses:groups")
    counts = []
    for number in (1, 2, 3):
        make_group(county, f"{number}班")
        if number != 2:
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))

    assert counts[0] == counts[1]
