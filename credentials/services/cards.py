"""Numbers and cards."""

from __future__ import annotations

import secrets
from datetime import datetime

from accounts.models import Organisation, User
from accounts.queries import organisation_of
from credentials.enums import Ground
from credentials.models import Card, NumberSeries, Qualification
from credentials.queries.register import zone
from credentials.rules.numbers import format_number


def next_number(issuer: Organisation, *, now: datetime) -> str:
    """The next number of the issuer's division and year.

    The caller holds the lock of the register; when its transaction fails, the
    number is not used up.
    """
    year = now.astimezone(zone()).year
    series, _ = NumberSeries.objects.get_or_create(
        division=issuer.division_code, year=year
    )
    series.last += 1
    series.save(update_fields=["last"])
    return format_number(series.division, series.year, series.last)


def issue_card(
    qualification: Qualification, officer: User, *, reason: Ground, now: datetime
) -> Card:
    """A card with the qualification's present number; the former one is replaced."""
    qualification.cards.filter(replaced_at__isnull=True).update(replaced_at=now)
    body = organisation_of(officer, now.astimezone(zone()).date())
    return Card.objects.create(
        token=secrets.token_urlsafe(16),
        qualification=qualification,
        number=qualification.number,
        name=officer.name,
        body=body.name if body else "",
        issued_at=now,
        reason=reason,
    )
