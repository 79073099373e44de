from datetime import date, timedelta

import pytest

from accounts.enums import LeaveReason, Role
from accounts.errors import AlreadyMember, NotMember
from accounts.permissions import has_role
from accounts.queries import (
    membership_on,
    organisation_of,
    organisations_reached,
    roles_of,
    users_reached,
)
from accounts.services import (
    end_role,
    grant_role,
    join_organisation,
    leave_organisation,
    move_to_organisation,
)


def test_post_is_half_open(learner, county):
    leave_organisation(learner, on=date(2026, 6, 1), reason=LeaveReason.LEFT)

    assert organisation_of(learner, date(2023, 12, 31)) is None
    assert organisation_of(learner, date(2024, 1, 1)) == county
    assert organisation_of(learner, date(2026, 5, 31)) == county
    assert organisation_of(learner, date(2026, 6, 1)) is None


def test_moving_leaves_no_day_without_post(learner, other_county):
    move_to_organisation(learner, other_county, on=date(2026, 6, 1))

    assert membership_on(learner, date(2026, 5, 31)).leave_reason == LeaveReason.MOVED
    assert organisation_of(learner, date(2026, 6, 1)) == other_county


def test_joining_twice_is_refused(learner, other_county):
    with pytest.raises(AlreadyMember):
        join_organisation(learner, other_county, on=date(2026, 6, 1))


def test_leaving_twice_is_refused(learner):
    leave_organisation(learner, on=date(2026, 6, 1), reason=LeaveReason.RETIRED)

    with pytest.raises(NotMember):
        leave_organisation(learner, on=date(2026, 7, 1), reason=LeaveReason.LEFT)


def test_roles_reach_down_and_never_sideways(
    organisation_admin, county, other_county, city, learner, stranger, now
):
    role = {Role.ORGANISATION_ADMIN}

    assert list(organisations_reached(organisation_admin, role, now)) == [county]
    assert set(users_reached(organisation_admin, role, now)) == {
        organisation_admin,
        learner,
    }
    assert not has_role(
        organisation_admin, Role.ORGANISATION_ADMIN, now=now, organisation=city
    )
    assert not has_role(
        organisation_admin, Role.ORGANISATION_ADMIN, now=now, organisation=other_county
    )


def test_a_city_role_reaches_every_county_below(supervisor, county, other_county, now):
    for organisation in (county, other_county):
        assert has_role(supervisor, Role.SUPERVISOR, now=now, organisation=organisation)


def test_granting_twice_is_one_grant(learner, county, now):
    first = grant_role(learner, Role.TRAINER, county, now=now, by=None)
    second = grant_role(learner, Role.TRAINER, county, now=now, by=None)

    assert first == second


def test_ended_role_ends_at_that_moment(instructor, supervisor, now):
    grant = instructor.role_grants.get(role=Role.TRAINER)
    end_role(grant, now=now, by=supervisor)

    assert roles_of(instructor, now - timedelta(seconds=1)) == {Role.TRAINER}
    assert roles_of(instructor, now) == set()
    assert not instructor.groups.filter(name=Role.TRAINER).exists()
