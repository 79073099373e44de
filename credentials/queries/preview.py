"""What a scheme version would change, before anybody puts it into effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership, User
from credentials.models import Qualification, SchemeVersion
from credentials.queries.evidence import eligibility_of
from credentials.queries.register import scheme_version_in_effect, zone

GAINS, LOSES, NEEDS = "gains", "loses", "needs"


@dataclass(frozen=True, slots=True)
class Effect:
    """One person and what the version would do to them, from when.

    ``gains``: could be proposed then and cannot now. ``loses``: holds a sector or
    method the version no longer has, or could be proposed now and not then.
    ``needs``: holds the qualification and would have to add what ``missing`` names
    before renewal.
    """

    officer: User
    kind: str
    missing: tuple[str, ...]
    since: datetime


def preview_version(version: SchemeVersion, *, now: datetime) -> Iterator[Effect]:
    """The effects on everybody in post below the scheme's organisation.

    Evidence is judged at the day the version begins; people it does not touch are
    left out. Reads a few rows for each person: run it on the whole register.
    """
    rules, at = version.rules(), max(version.effective_from, now)
    present = scheme_version_in_effect(version.scheme, now)
    held = {
        row.officer_id: row
        for row in Qualification.objects.filter(
            scheme=version.scheme, closed_at__isnull=True, valid_to__gt=now
        )
    }
    posts = Membership.objects.on(now.astimezone(zone()).date()).filter(
        organisation__path__startswith=version.scheme.organisation.path
    )
    people = User.objects.filter(pk__in=posts.values("user_id")).order_by("pk")
    for officer in people.iterator(500):
        then = eligibility_of(officer, version, at=at)
        missing = tuple(r.requirement.code for r in then.missing)
        row = held.get(officer.pk)
        if row is not None:
            lost = {*row.sectors, *row.methods} - {*rules.sectors, *rules.methods}
            if lost:
                yield Effect(officer, LOSES, tuple(sorted(lost)), at)
            elif missing:
                yield Effect(officer, NEEDS, missing, row.valid_to)
            continue
        could = present is not None and eligibility_of(officer, present, at=now).met
        if then.met and not could:
            yield Effect(officer, GAINS, (), at)
        elif could and not then.met:
            yield Effect(officer, LOSES, missing, at)
