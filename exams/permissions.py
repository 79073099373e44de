"""May this person? (What is possible now is decided by the rules.)"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.queries import organisations_reached, roles_of
from exams.models import Exam, Session

KEEPERS = (Role.TRAINER, Role.ASSESSOR)
RELEASERS = (Role.ASSESSOR, Role.CERTIFICATION_OFFICER)
WATCHERS = (Role.INVIGILATOR, Role.AUDITOR)
BANK_READERS = (*KEEPERS, Role.LEGAL_REVIEWER, Role.AUDITOR)


def sessions_watched(user: User, now: datetime) -> QuerySet[Session]:
    """Sessions a person may see in the console: their own, or their organisations'."""
    reached = organisations_reached(user, [*WATCHERS, *RELEASERS], now)
    return Session.objects.filter(
        Q(invigilators=user) | Q(exam__organisation__in=reached)
    ).distinct()


def sessions_invigilated(user: User, now: datetime) -> QuerySet[Session]:
    """Sessions in which a person may act on sittings."""
    reached = organisations_reached(user, [Role.INVIGILATOR], now)
    return Session.objects.filter(
        Q(invigilators=user) | Q(exam__organisation__in=reached)
    ).distinct()


def sessions_released_by(user: User, now: datetime) -> QuerySet[Session]:
    """Sessions whose results a person may look through and release."""
    reached = organisations_reached(user, RELEASERS, now)
    return Session.objects.filter(exam__organisation__in=reached)


def exams_kept(user: User, now: datetime) -> QuerySet[Exam]:
    """Exams held by organisations that a keeper's role reaches."""
    return Exam.objects.filter(
        organisation__in=organisations_reached(user, KEEPERS, now)
    )


def desks_of(user: User, now: datetime) -> list[str]:
    """The staff pages of exams a person works at, by address name."""
    roles = roles_of(user, now)
    desks = {
        "exams:setup": {*KEEPERS},
        "exams:bank": {*BANK_READERS},
        "exams:sessions": {*WATCHERS, *RELEASERS},
    }
    return [name for name, wanted in desks.items() if roles & wanted]
