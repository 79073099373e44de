"""Cover by body and who lapses, counted by the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from courses.enums import Sector
from credentials.enums import Act, Ground
from credentials.models import Qualification
from credentials.queries.forecast import overview_of
from credentials.services.proposals import Asked, approve_proposal, propose_act

pytestmark = pytest.mark.django_db


def covers(overview):
    return {
        body.organisation.name: (body.people, body.qualified, body.later)
        for body in overview.bodies
    }


@pytest.fixture
def officers(person, county):
    """Three officers of one county besides its supervisor's own people."""
    return [person(f"officer{n}", county) for n in range(3)]


def test_body_counts_who_may_inspect_now_and_at_the_end(
    officers, county, issue, supervisor, now
):
    long, short, _ = officers
    issue(long, now=now - timedelta(days=30))
    ending = issue(short, now=now - timedelta(days=30))
    Qualification.objects.filter(pk=ending.pk).update(valid_to=now + timedelta(days=20))

    overview = overview_of(supervisor, now=now)

    assert covers(overview)[county.name] == (3, 2, 1)
    assert [row.pk for row in overview.lapsing] == [ending.pk]
    assert (overview.valid, overview.suspended, overview.ending) == (2, 0, 1)


def test_sector_with_one_officer_is_short_now_and_one_that_loses_is_short_later(
    officers, county, issue, supervisor, now
):
    first, second, _ = officers
    issue(first, now=now - timedelta(days=30))
    ending = issue(second, now=now - timedelta(days=30), sectors=["hazchem"])
    Qualification.objects.filter(pk=ending.pk).update(valid_to=now + timedelta(days=20))

    body = next(
        body
        for body in overview_of(supervisor, now=now).bodies
        if body.organisation == county
    )

    assert body.short_now == (str(Sector.INDUSTRY_TRADE.label),)
    assert body.short_later == (str(Sector.HAZCHEM.label),)


def test_suspended_and_departed_officers_do_not_count(
    officers, county, issue, certifier, second_certifier, supervisor, now
):
    suspended, departed, _ = officers
    row = issue(suspended, now=now - timedelta(days=30))
    issue(departed, now=now - timedelta(days=30))
    asked = Asked(
        ground=Ground.PROCEDURE_VIOLATED, legal_ground="第一条", document="1号"
    )
    proposal = propose_act(row, Act.SUSPENDED, asked, by=certifier, now=now)
    approve_proposal(proposal, by=second_certifier, now=now)
    Membership.objects.filter(user=departed).update(left_on=now.date())

    overview = overview_of(supervisor, now=now + timedelta(days=1))

    assert covers(overview)[county.name] == (2, 0, 0)
    assert (overview.valid, overview.suspended) == (0, 1)


def test_terms_are_counted_in_the_month_of_their_last_day_here(
    officers, issue, supervisor, now
):
    row = issue(officers[0], now=now - timedelta(days=30))
    end = now.replace(day=28, hour=20) + timedelta(days=32)
    Qualification.objects.filter(pk=row.pk).update(valid_to=end)

    months = dict(overview_of(supervisor, now=now).months)

    assert len(months) == 12
    assert months[(end + timedelta(hours=8)).strftime("%Y-%m")] == 1
    assert sum(months.values()) == 1


def test_queries_stay_the_same_with_more_officers_and_bodies(
    officers, issue, person, other_county, supervisor, now
):
    def count():
        with CaptureQueriesContext(connection) as queries:
            overview_of(supervisor, now=now)
        return len(queries)

    issue(officers[0], now=now - timedelta(days=30))
    one = count()
    for officer in [*officers[1:], person("elsewhere", other_county)]:
        issue(officer, now=now - timedelta(days=30))

    assert count() == one
