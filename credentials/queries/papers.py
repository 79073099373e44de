"""What is printed of a qualification, and which qualifications a job prints."""

from __future__ import annotations

from datetime import date, datetime, time

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services.photos import read_photo
from courses.enums import Method, Sector
from credentials.documents.certificate import Printed
from credentials.models import Card, Qualification, Scheme
from credentials.queries.register import zone


def check_address(card: Card) -> str:
    """What the code on a card opens."""
    return settings.BASE_URL + reverse("credentials:check", args=[card.token])


def printed_of(row: Qualification, card: Card, check_url: str) -> Printed:
    """What a certificate of this qualification says."""
    version = row.scheme.versions.get(number=row.scheme_version)
    return Printed(
        number=card.number,
        name=row.officer.name,
        body=card.body,
        kind=str(version.rules().kind.label),
        scheme=row.scheme.name,
        sectors=_("、").join(str(Sector(s).label) for s in row.sectors),
        methods=_("、").join(str(Method(m).label) for m in row.methods),
        divisions=_("、").join(row.divisions),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        issuer=row.issuer.name,
        issued_at=card.issued_at,
        check_url=check_url,
        photo=read_photo(row.officer),
    )


def to_print(
    scheme: Scheme, *, since: date | None, now: datetime
) -> QuerySet[Qualification]:
    """Valid qualifications of a scheme whose present card was issued since a day."""
    rows = Qualification.objects.valid(now).filter(scheme=scheme)
    if since is not None:
        begin = datetime.combine(since, time(), zone())
        rows = rows.filter(cards__replaced_at__isnull=True, cards__issued_at__gte=begin)
    return rows.order_by("number")
