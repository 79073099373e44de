"""What a scheme version would change, before anybody puts it into effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.models import Membership, User
from credentials.enums import Effect
from credentials.models import DryRun, Qualification, SchemeVersion
from credentials.queries.evidence import eligibility_of
from credentials.queries.register import scheme_version_in_effect, zone

AT_ONCE = 200
"""How many people are looked at in one piece."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One person and what the version would do to them, from when.

    ``missing`` names the requirements not met, or the sectors and methods lost.
    """

    officer: User
    kind: Effect
    missing: tuple[str, ...]
    since: datetime


def people_concerned(version: SchemeVersion, *, now: datetime) -> QuerySet[User]:
    """Everybody in post below the scheme's organisation, by primary key."""
    posts = Membership.objects.on(now.astimezone(zone()).date()).filter(
        organisation__path__startswith=version.scheme.organisation.path
    )
    return User.objects.filter(pk__in=posts.values("user_id")).order_by("pk")


def people_touched(
    version: SchemeVersion, people: Sequence[User], *, now: datetime
) -> Iterator[Touched]:
    """What the version does to some people; those it does not touch are left out.

    Evidence is judged at the day the version begins. Reads a few rows for each.
    """
    rules, at = version.rules(), max(version.effective_from, now)
    present = scheme_version_in_effect(version.scheme, now)
    held = {
        row.officer_id: row
        for row in Qualification.objects.filter(
            scheme=version.scheme,
            officer__in=people,
            closed_at__isnull=True,
            valid_to__gt=now,
        )
    }
    for officer in people:
        then = eligibility_of(officer, version, at=at)
        missing = tuple(r.requirement.code for r in then.missing)
        row = held.get(officer.pk)
        if row is not None:
            lost = {*row.sectors, *row.methods} - {*rules.sectors, *rules.methods}
            if lost:
                yield Touched(officer, Effect.LOSES, tuple(sorted(lost)), at)
            elif missing:
                yield Touched(officer, Effect.NEEDS, missing, row.valid_to)
            continue
        could = present is not None and eligibility_of(officer, present, at=now).met
        if then.met and not could:
            yield Touched(officer, Effect.GAINS, (), at)
        elif could and not then.met:
            yield Touched(officer, Effect.LOSES, missing, at)


def preview_version(version: SchemeVersion, *, now: datetime) -> Iterator[Touched]:
    """What the version does to everybody, read piece by piece; nothing is stored."""
    concerned, last = people_concerned(version, now=now), 0
    while people := list(concerned.filter(pk__gt=last)[:AT_ONCE]):
        yield from people_touched(version, people, now=now)
        last = people[-1].pk


def effects_counted(run: DryRun) -> dict[str, int]:
    """Kind of effect → how many people."""
    counted = run.effects.order_by().values_list("kind").annotate(Count("pk"))
    return dict(counted)
