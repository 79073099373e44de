"""Who lapses when, and which bodies fall below two qualified officers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, TruncMonth

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.queries import organisations_reached
from courses.enums import Sector
from credentials.models import Qualification
from credentials.queries.desk import READING_ROLES
from credentials.queries.register import zone
from credentials.rules.validity import add_months

QUORUM = 2
LISTED = 100
"""How many of those who lapse are named on the page; all are counted."""


@dataclass(frozen=True, slots=True)
class BodyCover:
    """How many officers of a body may inspect in each sector, now and at the end."""

    organisation: Organisation
    people: int
    qualified: int
    later: int
    short_now: tuple[str, ...]
    short_later: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of the bodies a role reaches."""

    people: int
    valid: int
    suspended: int
    ending: int
    bodies: tuple[BodyCover, ...]
    months: tuple[tuple[str, int], ...]
    lapsing: tuple[Qualification, ...]


def overview_of(user: User, *, now: datetime, months: int = 3) -> Overview:
    """Cover by body today and at the end of the period, and who lapses in it.

    Counts officers in post today; a qualification counts in every sector it covers.
    Five queries, whatever the size of the register.
    """
    end = add_months(now, months)
    roles = (*READING_ROLES, Role.ORGANISATION_ADMIN)
    reached = list(organisations_reached(user, roles, now).order_by("path"))
    posts = Membership.objects.on(now.astimezone(zone()).date()).filter(
        organisation__in=reached, user__is_active=True
    )
    held = Qualification.objects.filter(
        Exists(posts.filter(user=OuterRef("officer"))), closed_at__isnull=True
    )
    lapsing = held.filter(_valid(now), valid_to__lte=end)
    totals = held.aggregate(
        valid=Count("officer", distinct=True, filter=_valid(now)),
        suspended=Count("pk", filter=Q(suspended_since__lte=now)),
        ending=Count("pk", filter=_valid(now) & Q(valid_to__lte=end)),
    )
    covers = _covers(posts, now, end)
    return Overview(
        people=sum(cover["people"] for cover in covers.values()),
        bodies=tuple(
            _cover(body, covers[body.pk]) for body in reached if body.pk in covers
        ),
        months=_by_month(held, now, 12),
        lapsing=tuple(
            lapsing.select_related("officer", "scheme").order_by("valid_to")[:LISTED]
        ),
        **totals,
    )


def _covers(
    posts: QuerySet[Membership], now: datetime, end: datetime
) -> dict[int, Mapping[str, Any]]:
    """Body → people in post, who of them may inspect, and in which sector."""
    held = "user__qualifications__"
    counted = {
        f"{when}_{sector}": Count(
            "user",
            distinct=True,
            filter=_valid(at, held) & Q(listed__contains=f'"{sector}"'),
        )
        for when, at in (("now", now), ("end", end))
        for sector in Sector.values
    }
    rows = (
        posts.alias(listed=Cast(f"{held}sectors", TextField()))
        .order_by()
        .values(body=F("organisation"))
        .annotate(
            people=Count("user", distinct=True),
            qualified=Count("user", distinct=True, filter=_valid(now, held)),
            later=Count("user", distinct=True, filter=_valid(end, held)),
            **counted,
        )
    )
    return {row["body"]: row for row in rows}


def _cover(body: Organisation, row: Mapping[str, Any]) -> BodyCover:
    covered = [sector for sector in Sector if row[f"now_{sector.value}"]]
    return BodyCover(
        organisation=body,
        people=row["people"],
        qualified=row["qualified"],
        later=row["later"],
        short_now=tuple(
            str(s.label) for s in covered if row[f"now_{s.value}"] < QUORUM
        ),
        short_later=tuple(
            str(s.label)
            for s in covered
            if row[f"end_{s.value}"] < QUORUM <= row[f"now_{s.value}"]
        ),
    )


def _by_month(
    held: QuerySet[Qualification], now: datetime, months: int
) -> tuple[tuple[str, int], ...]:
    """How many terms end in each of the coming months, the present one first."""
    first = now.astimezone(zone()).replace(day=1)
    counts = {
        row["month"].strftime("%Y-%m"): row["count"]
        for row in held.filter(valid_to__gt=now)
        .order_by()
        .values(month=TruncMonth("valid_to", tzinfo=zone()))
        .annotate(count=Count("pk"))
    }
    names = [add_months(first, n).strftime("%Y-%m") for n in range(months)]
    return tuple((name, counts.get(name, 0)) for name in names)


def _valid(at: datetime, prefix: str = "") -> Q:
    """Within the term, not suspended and not closed at ``at``."""
    suspended = f"{prefix}suspended_since"
    return Q(
        Q(**{f"{suspended}__isnull": True}) | Q(**{f"{suspended}__gt": at}),
        **{
            f"{prefix}closed_at__isnull": True,
            f"{prefix}valid_from__lte": at,
            f"{prefix}valid_to__gt": at,
        },
    )
