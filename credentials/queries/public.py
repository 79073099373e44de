"""What the public register shows: enough to decide, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from credentials.enums import QualificationState
from credentials.models import Card, Qualification
from credentials.queries.register import (
    scheme_version_in_effect,
    standing_of,
    versions_in_effect,
)
from credentials.rules.lifecycle import state_at

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """One card as the public sees it now.

    ``state`` is ``unknown`` for a number that does not exist and for one that is
    not shown; both look the same. ``photo`` only for whoever holds the card itself
    and scanned its code.
    """

    number: str
    state: str
    name: str = ""
    body: str = ""
    sectors: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    valid_to: datetime | None = None
    since: datetime | None = None
    photo_url: str = ""
    replaced: bool = False

    @property
    def counts(self) -> bool:
        """Whether this person counts towards the two."""
        return self.state == QualificationState.ACTIVE and not self.replaced


def answer_of(
    card: Card | None, *, number: str, at: datetime, full: bool
) -> PublicAnswer:
    """The answer for a card, from the ledger, as of now.

    ``full`` shows the whole name and the photo: for those who hold the card in hand.
    """
    if card is None:
        return PublicAnswer(number=number, state=UNKNOWN)
    qualification = card.qualification
    standing = standing_of(qualification.public_id, at=at)
    state = state_at(standing, at)
    officer = qualification.officer
    return PublicAnswer(
        number=card.number,
        state=state,
        name=officer.name if full else masked(officer.name),
        body=card.body,
        sectors=tuple(sorted(standing.scope.sectors)),
        methods=tuple(sorted(standing.scope.methods)),
        divisions=tuple(sorted(standing.scope.divisions)),
        valid_to=standing.valid_to,
        since=standing.suspended_since or standing.closed_at,
        photo_url=_photo_url(card) if full and officer.photo else "",
        replaced=card.replaced_at is not None,
    )


def is_published(card: Card, *, at: datetime) -> bool:
    """Whether the scheme of this card is answered about in the public register."""
    version = scheme_version_in_effect(card.qualification.scheme, at)
    return version is None or version.rules().published


@dataclass(frozen=True, slots=True)
class DisclosedBody:
    """An issuing organisation and how many officers hold a valid qualification."""

    name: str
    scheme: str
    valid: int
    suspended: int


def disclosed_bodies(*, now: datetime) -> list[DisclosedBody]:
    """The disclosure list: numbers by issuing organisation and scheme, no people."""
    present = Q(valid_from__lte=now, valid_to__gt=now) & (
        Q(closed_at__isnull=True) | Q(closed_at__gt=now)
    )
    resting = Q(suspended_since__isnull=False, suspended_since__lte=now)
    rows = (
        Qualification.objects.filter(present)
        .values("issuer__name", "scheme_id", "scheme__name")
        .annotate(
            valid=Count("pk", filter=~resting), suspended=Count("pk", filter=resting)
        )
        .order_by("issuer__name", "scheme__name")
    )
    versions = versions_in_effect(now)
    return [
        DisclosedBody(
            row["issuer__name"], row["scheme__name"], row["valid"], row["suspended"]
        )
        for row in rows
        if row["scheme_id"] not in versions
        or versions[row["scheme_id"]].rules().published
    ]


def _photo_url(card: Card) -> str:
    """Opened by whoever has the token of the card, like the page itself."""
    return reverse("credentials:check_photo", args=[card.token])


def masked(name: str) -> str:
    """The family name and a sign for each further character: 欧**."""
    return name[:1] + "*" * max(1, len(name) - 1)
