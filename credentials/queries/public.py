"""What the public register shows: enough to decide, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from credentials.enums import QualificationState
from credentials.models import Card
from credentials.queries.register import standing_of
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
        photo_url=officer.photo.url if full and officer.photo else "",
        replaced=card.replaced_at is not None,
    )


def masked(name: str) -> str:
    """The family name and a sign for each further character: 欧**."""
    return name[:1] + "*" * max(1, len(name) - 1)
