"""Reads over people, posts and roles."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

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


def people_list(people: QuerySet[User], words: str, day: date) -> QuerySet[User]:
    """These people by body and name, each with today's post as `posts_today`.

    `words` narrows by name, officer number or name of the body.
    """
    today = Membership.objects.on(day)
    if words:
        bodies = today.filter(organisation__name__icontains=words)
        people = people.filter(
            Q(name__icontains=words)
            | Q(officer_number__icontains=words)
            | Q(pk__in=bodies.values("user_id"))
        )
    body = today.filter(user=OuterRef("pk")).values("organisation__path")[:1]
    return (
        people.annotate(body_path=Subquery(body))
        .order_by("body_path", "name", "pk")
        .prefetch_related(
            Prefetch(
                "memberships",
                queryset=today.select_related("organisation"),
                to_attr="posts_today",
            )
        )
    )


def name_begins(words: str) -> Q:
    """People whose name begins with these words, in a form the index serves.

    SQLite compares byte by byte but cannot use an index for LIKE; PostgreSQL can, and
    orders by the rules of a language, where a range would miss people.
    """
    if connection.vendor == "sqlite":
        return Q(name__gte=words, name__lt=f"{words}\U0010ffff")
    return Q(name__startswith=words)


def users_reached(user: User, roles: Iterable[Role], now: datetime) -> QuerySet[User]:
    """The people in post today in an organisation that one of these roles reaches."""
    posts = Membership.objects.on(timezone.localdate(now)).filter(
        organisation__in=organisations_reached(user, roles, now)
    )
    return User.objects.filter(pk__in=posts.values("user_id"))
