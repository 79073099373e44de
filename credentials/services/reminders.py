"""Reminders before something ends: to the person and to the body's administrators."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.queries import organisation_of
from credentials.models import Qualification, Reminder
from credentials.queries.register import scheme_version_in_effect, study_of, zone
from credentials.rules.validity import REMINDER_DAYS, check_due, reminder_due

TERM, STUDY, CHECK = "term", "study", "check"


@transaction.atomic
def send_reminders(*, now: datetime) -> int:
    """Sends what is due at 90, 30, 7 and 1 days; idempotent, each step once.

    A late clock sends only the nearest step.
    """
    horizon = now + timedelta(days=max(REMINDER_DAYS))
    sent = 0
    rows = Qualification.objects.filter(
        closed_at__isnull=True, valid_to__gt=now
    ).select_related("officer", "scheme")
    for row in rows.filter(valid_to__lte=horizon):
        sent += _remind(row, TERM, row.valid_to, now=now)
    for row in rows.filter(valid_from__lte=now):
        for topic, due in (
            (STUDY, _study_due(row, now)),
            (CHECK, _check_due(row, now)),
        ):
            if due is not None and due <= horizon:
                sent += _remind(row, topic, due, now=now)
    return sent


def _check_due(row: Qualification, now: datetime) -> datetime | None:
    version = scheme_version_in_effect(row.scheme, now)
    if version is None:
        return None
    return check_due(
        holds_since=row.valid_from,
        checked_at=row.checked_at,
        check_months=version.rules().check_months,
    )


def _study_due(row: Qualification, now: datetime) -> datetime | None:
    version = scheme_version_in_effect(row.scheme, now)
    if version is None:
        return None
    study = study_of(row.officer, version.rules(), holds_since=row.valid_from, at=now)
    return study.due_at if study and study.due_minutes else None


def _remind(row: Qualification, topic: str, end: datetime, *, now: datetime) -> bool:
    steps = Reminder.objects.filter(qualification=row, topic=topic, end=end)
    sent = frozenset(steps.values_list("days", flat=True))
    days = reminder_due(end=end, at=now, sent=sent)
    if days is None:
        return False
    Reminder.objects.create(
        qualification=row, topic=topic, end=end, days=days, sent_at=now
    )
    addresses = _addresses(row, now)
    if addresses:
        subject, text = _words(row, topic, end)
        transaction.on_commit(
            partial(send_mail, subject, text, None, addresses, fail_silently=True)
        )
    return True


def _words(row: Qualification, topic: str, end: datetime) -> tuple[str, str]:
    values = {
        "number": row.number,
        "scheme": row.scheme.name,
        "day": end.astimezone(zone()).date().isoformat(),
    }
    if topic == TERM:
        return (
            _("The qualification %(number)s ends on %(day)s") % values,
            _("%(scheme)s, card %(number)s: the term ends on %(day)s. Renew in time.")
            % values,
        )
    if topic == CHECK:
        return (
            _("The annual check of %(number)s is due by %(day)s") % values,
            _("%(scheme)s, card %(number)s: pass the annual check by %(day)s.")
            % values,
        )
    return (
        _("Study hours for %(number)s are due by %(day)s") % values,
        _(
            "%(scheme)s, card %(number)s: study hours are missing. From %(day)s it "
            "does not entitle to inspect until they are made up."
        )
        % values,
    )


def _addresses(row: Qualification, now: datetime) -> list[str]:
    body = organisation_of(row.officer, now.astimezone(zone()).date())
    admins = RoleGrant.objects.active(now).filter(
        organisation=body, role=Role.ORGANISATION_ADMIN
    )
    found = [row.officer.email, *admins.values_list("user__email", flat=True)]
    return sorted({address for address in found if address})
