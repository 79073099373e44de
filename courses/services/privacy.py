"""Erasing what nobody needs once a person has left for good."""

from accounts.models import User
from courses.models import CalendarFeed, Note, Reminder


def forget_person(user: User) -> int:
    """Notes, reminders and the calendar address; study records stay as evidence."""
    gone = 0
    for model in (Note, Reminder, CalendarFeed):
        gone += model.objects.filter(user=user).delete()[0]
    return gone
