"""Reminders of deadlines: in the product and by e-mail, once per occasion."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Assignment, Reminder
from courses.queries.programmes import people_of, person_rows
from courses.rules.reminders import occasion_on
from courses.tasks import send_reminder


def announce(assignment: Assignment, *, now: datetime) -> int:
    """Tell everybody an assignment reaches; repeated: nobody is told twice."""
    day = timezone.localdate(now)
    return sum(
        _tell(person, assignment, "assigned", now)
        for person in people_of(assignment, day)
    )


def remind_all(*, now: datetime) -> int:
    """Remind of every open assignment whose occasion has come. Idempotent.

    Whoever is done hears nothing.
    """
    day = timezone.localdate(now)
    told = 0
    for assignment in Assignment.objects.filter(withdrawn_at=None).select_related(
        "programme", "organisation"
    ):
        occasion = _occasion(assignment, day)
        if not occasion:
            continue
        people = people_of(assignment, day).exclude(
            reminders__assignment=assignment, reminders__occasion=occasion
        )
        for row in person_rows(assignment, people, now):
            if not row.programme.done:
                told += _tell(row.user, assignment, occasion, now)
    return told


def _occasion(assignment: Assignment, day: date) -> str:
    return occasion_on((assignment.due_on - day).days)


@transaction.atomic
def _tell(person: User, assignment: Assignment, occasion: str, now: datetime) -> bool:
    reminder, made = Reminder.objects.get_or_create(
        user=person,
        assignment=assignment,
        occasion=occasion,
        defaults={"told_at": now},
    )
    if made and person.email:
        transaction.on_commit(partial(send_reminder.enqueue, reminder.pk))
    return made


def send(reminder: Reminder) -> None:
    """Send one reminder by e-mail in the person's language."""
    person = reminder.user
    programme = reminder.assignment.programme
    with translation.override(person.language):
        context = {
            "person": person,
            "programme": programme,
            "due_on": reminder.assignment.due_on,
            "occasion": reminder.occasion,
            "address": settings.BASE_URL + reverse("courses:mine"),
        }
        send_mail(
            _("Training programme: %(title)s") % {"title": programme.title},
            render_to_string("courses/reminder.txt", context),
            None,
            [person.email],
        )


def mark_seen(user: User, *, now: datetime) -> int:
    """Mark all of a person's reminders as seen; repeated: nothing happens."""
    return Reminder.objects.filter(user=user, seen_at=None).update(seen_at=now)
