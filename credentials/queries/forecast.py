"""Who lapses when, and which bodies fall below two qualified officers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.queries import organisations_reached
from courses.enums import Sector
from credentials.models import Qualification
from credentials.queries.desk import READING_ROLES
from credentials.queries.register import zone
from credentials.rules.validity import add_months

QUORUM = 2


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
    """
    end = add_months(now, months)
    roles = (*READING_ROLES, Role.ORGANISATION_ADMIN)
    reached = list(organisations_reached(user, roles, now).order_by("path"))
    day = now.astimezone(zone()).date()
    posts = Membership.objects.on(day).filter(
        organisation__in=reached, user__is_active=True
    )
    body_of = dict(posts.values_list("user_id", "organisation_id"))
    held = list(
        Qualification.objects.filter(officer_id__in=body_of, closed_at__isnull=True)
        .select_related("officer", "scheme")
        .order_by("valid_to")
    )
    valid = [q for q in held if _valid(q, now)]
    later = [q for q in held if _valid(q, end)]
    lapsing = tuple(q for q in valid if q.valid_to <= end)
    people = Counter(body_of.values())
    return Overview(
        people=len(body_of),
        valid=len({q.officer_id for q in valid}),
        suspended=sum(
            q.suspended_since is not None and q.suspended_since <= now for q in held
        ),
        ending=len(lapsing),
        bodies=tuple(
            _cover(body, people[body.pk], valid, later, body_of)
            for body in reached
            if people[body.pk]
        ),
        months=_by_month(held, now, 12),
        lapsing=lapsing,
    )


def _cover(
    body: Organisation,
    people: int,
    valid: Iterable[Qualification],
    later: Iterable[Qualification],
    body_of: dict[int, int],
) -> BodyCover:
    here = [q for q in valid if body_of[q.officer_id] == body.pk]
    then = [q for q in later if body_of[q.officer_id] == body.pk]
    now_by, later_by = _by_sector(here), _by_sector(then)
    sectors = sorted(now_by)
    return BodyCover(
        organisation=body,
        people=people,
        qualified=len({q.officer_id for q in here}),
        later=len({q.officer_id for q in then}),
        short_now=tuple(
            str(Sector(s).label) for s in sectors if len(now_by[s]) < QUORUM
        ),
        short_later=tuple(
            str(Sector(s).label)
            for s in sectors
            if len(later_by[s]) < QUORUM <= len(now_by[s])
        ),
    )


def _by_sector(rows: Iterable[Qualification]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for sector in row.sectors:
            found[sector].add(row.officer_id)
    return found


def _by_month(
    rows: Iterable[Qualification], now: datetime, months: int
) -> tuple[tuple[str, int], ...]:
    ends = Counter(
        row.valid_to.astimezone(zone()).strftime("%Y-%m")
        for row in rows
        if row.valid_to > now
    )
    names = [
        add_months(now.astimezone(zone()).replace(day=1), n).strftime("%Y-%m")
        for n in range(months)
    ]
    return tuple((name, ends[name]) for name in names)


def _valid(row: Qualification, at: datetime) -> bool:
    suspended = row.suspended_since is not None and row.suspended_since <= at
    return row.valid_from <= at < row.valid_to and not suspended
