"""Background work of courses: fetch by id, call one service."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from django_tasks import task


@task()
def announce_assignment(assignment_pk: int) -> None:
    """Tell everybody an assignment reaches that it is there."""
    from courses.models import Assignment
    from courses.services.reminders import announce

    announce(Assignment.objects.get(pk=assignment_pk), now=timezone.now())


@task()
def send_reminder(reminder_pk: int) -> None:
    """Send one reminder by e-mail."""
    from courses.models import Reminder
    from courses.services.reminders import send

    send(Reminder.objects.get(pk=reminder_pk))


@task()
def remind_of_deadlines() -> None:
    """Look for deadlines that are near or over; enqueued by the clock."""
    from courses.services.reminders import remind_all

    remind_all(now=timezone.now())


@task()
def flag_stale_citations() -> None:
    """Look at all content by the law of today: editions begin on a day of their own."""
    from courses.services.law_review import flag_stale_citations as flag

    flag(now=timezone.now())


@task()
def publish_scheduled() -> None:
    """Put released texts online whose hour has come, and expired ones offline."""
    call_command("publish_scheduled", verbosity=0)


@task()
def send_stale_notice(entry_ids: list[int]) -> int:
    """Tell the legal reviewers what went stale."""
    from courses.services.law_notices import notify_stale_citations

    return notify_stale_citations(entry_ids)
