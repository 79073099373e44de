"""More time: approved before the exam, or asked for while it runs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from exams.enums import OPEN_STATES
from exams.errors import NotAllowedNow, ReasonMissing, SecondPersonNeeded
from exams.models import Accommodation, Exam, SessionNote, Sitting, TimeRequest
from exams.rules.timing import LONGEST_ADDITION
from exams.services.clock import add_time


def approve_accommodation(
    exam: Exam,
    candidate: User,
    *,
    minutes: int,
    reason: str,
    by: User,
    now: datetime,
) -> Accommodation:
    """Give a person extra time in an exam, from the start. Repeating replaces it.

    It enters the clock ledger when the sitting opens; a sitting that is already open
    gets time from its invigilator instead. Nobody gives it to themselves.
    """
    if not reason.strip():
        raise ReasonMissing
    if candidate.pk == by.pk:
        raise SecondPersonNeeded(str(candidate.public_id))
    if not 0 < minutes * 60 <= LONGEST_ADDITION.total_seconds():
        raise NotAllowedNow("minutes")
    accommodation, _created = Accommodation.objects.update_or_create(
        exam=exam,
        candidate=candidate,
        defaults={
            "seconds": minutes * 60,
            "reason": reason,
            "approved_by": by,
            "approved_at": now,
        },
    )
    return accommodation


def withdraw_accommodation(accommodation: Accommodation) -> None:
    """Take back extra time; sittings that have begun keep what their ledger says."""
    accommodation.delete()


@transaction.atomic
def ask_for_time(
    sitting: Sitting, minutes: int, *, reason: str, now: datetime
) -> TimeRequest:
    """A candidate asks; one request at a time, and asking again gives that one."""
    if not reason.strip():
        raise ReasonMissing
    locked = Sitting.objects.select_for_update(no_key=True).get(pk=sitting.pk)
    if locked.state not in OPEN_STATES:
        raise NotAllowedNow(locked.state)
    request, _created = TimeRequest.objects.get_or_create(
        sitting=locked,
        decided_at=None,
        defaults={"minutes": minutes, "reason": reason, "asked_at": now},
    )
    return request


@transaction.atomic
def decide_time_request(
    request: TimeRequest, minutes: int, *, by: User, now: datetime
) -> TimeRequest:
    """Grant so many minutes, or none. The first decision stands.

    The time goes through the clock ledger, with the candidate's reason; the candidate
    is told either way.
    """
    locked = TimeRequest.objects.select_for_update().get(pk=request.pk)
    if locked.decided_at is not None:
        return locked
    sitting = locked.sitting
    if sitting.candidate_id == by.pk:
        raise SecondPersonNeeded(str(sitting.public_id))
    if minutes:
        add_time(sitting, minutes * 60, reason=locked.reason, by=by, now=now)
    locked.granted_minutes, locked.decided_by, locked.decided_at = minutes, by, now
    locked.save(update_fields=["granted_minutes", "decided_by", "decided_at"])
    told = (
        _("Your request was granted: %(minutes)d minutes.") % {"minutes": minutes}
        if minutes
        else _("Your request for more time was not granted.")
    )
    SessionNote.objects.create(
        session=sitting.session,
        sitting=sitting,
        text=told,
        is_message=True,
        by=by,
        at=now,
    )
    return locked
