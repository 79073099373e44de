"""A person's own notes and marks, and the address of their calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from courses.models import CalendarFeed, LessonPage, Note


@transaction.atomic
def save_note(
    user: User,
    lesson: LessonPage,
    text: str,
    *,
    now: datetime,
    block_id: str = "",
    quote: str = "",
) -> Note | None:
    """Keep a person's note on a lesson; an emptied free note is deleted."""
    if block_id:
        return Note.objects.create(
            user=user,
            lesson=lesson,
            block_id=block_id[:64],
            quote=quote[:500],
            text=text,
            changed_at=now,
        )
    if not text.strip():
        Note.objects.filter(user=user, lesson=lesson, block_id="").delete()
        return None
    note, _made = Note.objects.update_or_create(
        user=user,
        lesson=lesson,
        block_id="",
        defaults={"text": text, "changed_at": now},
    )
    return note


def delete_note(user: User, note_id: UUID) -> bool:
    """Delete a note of one's own; repeated: nothing happens."""
    deleted, _rows = Note.objects.filter(user=user, public_id=note_id).delete()
    return bool(deleted)


@transaction.atomic
def renew_calendar_feed(user: User) -> CalendarFeed:
    """Give a person a secret calendar address; the one before stops working."""
    CalendarFeed.objects.filter(user=user).delete()
    return CalendarFeed.objects.create(user=user)
