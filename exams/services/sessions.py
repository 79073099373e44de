"""What an invigilator does besides the clock: messages, notes, seating a room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from exams.data import Problem
from exams.errors import ExamsError, ReasonMissing
from exams.models import Session, SessionNote, Sitting
from exams.services.sittings import assign_sitting

WHOLE_ROOM: list[Sitting | None] = [None]


def tell_candidates(
    session: Session,
    text: str,
    *,
    by: User,
    now: datetime,
    sittings: Iterable[Sitting] = (),
) -> int:
    """Show a message to the whole room, or to the named sittings only."""
    if not text.strip():
        raise ReasonMissing
    chosen = list(sittings)
    notes = [
        SessionNote(
            session=session, sitting=sitting, text=text, is_message=True, by=by, at=now
        )
        for sitting in (chosen or WHOLE_ROOM)
    ]
    SessionNote.objects.bulk_create(notes)
    return len(notes)


def log_incident(
    session: Session,
    text: str,
    *,
    by: User,
    now: datetime,
    sitting: Sitting | None = None,
) -> SessionNote:
    """Write a line into the incident log. Never changed, never shown to candidates."""
    if not text.strip():
        raise ReasonMissing
    return SessionNote.objects.create(
        session=session, sitting=sitting, text=text, is_message=False, by=by, at=now
    )


def assign_many(
    session: Session, candidates: Iterable[User], *, now: datetime
) -> tuple[int, list[Problem]]:
    """Seat several people; whoever cannot be seated is named with the reason."""
    seated, refused = 0, []
    for candidate in candidates:
        try:
            assign_sitting(session, candidate, now=now)
            seated += 1
        except ExamsError as error:
            refused.append(Problem(error.code, str(error.message), candidate.name))
    return seated, refused
