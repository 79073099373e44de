"""May this person? (What is possible now is decided by the rules.)"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role
from accounts.queries import organisations_reached
from exams.models import Exam, Session

AUTHORS = (Role.TRAINER, Role.LEGAL_REVIEWER)
RELEASERS = (Role.ASSESSOR, Role.CERTIFICATION_OFFICER)
WATCHERS = (Role.INVIGILATOR, Role.AUDITOR)


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


def exams_of(user: User, now: datetime) -> QuerySet[Exam]:
    """Exams held by organisations that a person's staff roles reach."""
    return Exam.objects.filter(
        organisation__in=organisations_reached(user, [*AUTHORS, *RELEASERS], now)
    )


def may_author(user: User, now: datetime) -> bool:
    """Writes items."""
    return has_role(user, Role.TRAINER, now=now)


def may_review(user: User, now: datetime) -> bool:
    """Reviews items."""
    return has_role(user, Role.LEGAL_REVIEWER, now=now)
