"""Mass acts: tried out on everybody first, then proposed person by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from credentials.enums import Act
from credentials.errors import CredentialsError, NothingChosen, TooManyActs
from credentials.models import Batch, Proposal, Qualification, Scheme
from credentials.services.proposals import Asked, propose_act, propose_issue

LARGEST = 200
"""People in one batch; each stays visible to whoever decides."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mass act: issue under a scheme, or one act on everybody's qualification."""

    act: Act
    scheme: Scheme
    asked: Asked


@dataclass(frozen=True, slots=True)
class Line:
    """What a mass act would do, or did, to one person."""

    officer: User
    proposal: Proposal | None
    problem: str


def preview_batch(
    officers: Sequence[User], wanted: Wanted, *, by: User, now: datetime
) -> list[Line]:
    """What the mass act would do to each person; writes nothing.

    Runs the very services that would propose it and takes everything back.
    """
    _check_size(officers)
    with transaction.atomic():
        lines = _propose_each(officers, wanted, None, by=by, now=now)
        transaction.set_rollback(True)
    return lines


@transaction.atomic
def propose_batch(
    officers: Sequence[User], wanted: Wanted, *, title: str, by: User, now: datetime
) -> tuple[Batch, list[Line]]:
    """Proposes an act for each person, as one batch for a second person to decide.

    Whoever cannot be proposed is named and left out. Refuses when nobody is left.
    """
    _check_size(officers)
    batch = Batch.objects.create(made_by=by, made_at=now, title=title.strip())
    lines = _propose_each(officers, wanted, batch, by=by, now=now)
    if not any(line.proposal for line in lines):
        raise NothingChosen
    return batch, lines


def _propose_each(
    officers: Sequence[User],
    wanted: Wanted,
    batch: Batch | None,
    *,
    by: User,
    now: datetime,
) -> list[Line]:
    held = {
        row.officer_id: row
        for row in Qualification.objects.filter(
            officer__in=officers, scheme=wanted.scheme, closed_at__isnull=True
        ).select_related("officer", "scheme", "issuer")
    }
    lines = []
    for officer in officers:
        try:
            with transaction.atomic():
                row = held.get(officer.pk)
                proposal = _propose(officer, row, wanted, batch, by=by, now=now)
        except CredentialsError as error:
            lines.append(Line(officer, None, str(error)))
        else:
            lines.append(Line(officer, proposal, ""))
    return lines


def _propose(
    officer: User,
    row: Qualification | None,
    wanted: Wanted,
    batch: Batch | None,
    *,
    by: User,
    now: datetime,
) -> Proposal:
    if wanted.act == Act.ISSUED:
        return propose_issue(
            officer,
            wanted.scheme,
            issuer=wanted.scheme.organisation,
            by=by,
            now=now,
            note=wanted.asked.note,
            batch=batch,
        )
    if row is None:
        raise NothingChosen
    return propose_act(row, wanted.act, wanted.asked, by=by, now=now, batch=batch)


def _check_size(officers: Sequence[User]) -> None:
    if not officers:
        raise NothingChosen
    if len(officers) > LARGEST:
        raise TooManyActs
