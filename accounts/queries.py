"""Reads over people, posts and roles."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership, Organisation, RoleGrant, User


def membership_on(user: User, day: date) -> Membership | None:
    """The post the person is in on `day`, if any."""
    return (
        Membership.objects.on(day)
        .filter(user=user)
        .select_related("organisation")
        .first()
    )


def organisation_of(user: User, day: date) -> Organisation | None:
    """The body the person works in on `day`, if any."""
    membership = membership_on(user, day)
    return membership.organisation if membership else None


def roles_of(user: User, now: datetime) -> set[Role]:
    """Every role the person holds anywhere at `now`."""
    grants = RoleGrant.objects.active(now).filter(user_id=user.pk)
    return {Role(role) for role in grants.values_list("role", flat=True)}


def organisations_reached(
    user: User, roles: Iterable[Role], now: datetime
) -> QuerySet[Organisation]:
    """The organisations that one of these roles reaches: where held, and below."""
    paths = list(
        RoleGrant.objects.active(now)
        .filter(user_id=user.pk, role__in=list(roles))
        .values_list("organisation__path", flat=True)
    )
    below = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=[]))
    reached: QuerySet[Organisation] = Organisation.objects.filter(below)
    return reached


def users_reached(user: User, roles: Iterable[Role], now: datetime) -> QuerySet[User]:
    """The people in post today in an organisation that one of these roles reaches."""
    posts = Membership.objects.on(now.date()).filter(
        organisation__in=organisations_reached(user, roles, now)
    )
    return User.objects.filter(pk__in=posts.values("user_id"))
