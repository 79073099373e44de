"""What exams holds about a person: for the person's own file, and for erasing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from exams.enums import ANSWER_KINDS, SittingState
from exams.models import (
    Accommodation,
    ClockEntry,
    ItemComment,
    ItemImport,
    ItemReview,
    ItemRevision,
    MockPaper,
    NotebookCard,
    PracticeAnswer,
    Sitting,
    SittingEvent,
    TimeRequest,
)

RESULT_KEPT = timedelta(days=5 * 365)


def personal_data(user: User) -> dict[str, Any]:
    """Sittings with one's own answers, released results, practice, work on items.

    Keys, weights and scores that are not released are not among them.
    """
    sittings = Sitting.objects.filter(candidate=user)
    released = sittings.filter(state__in=[SittingState.RELEASED, SittingState.VOID])
    return {
        "sittings": list(
            sittings.values(
                "public_id",
                "exam__title",
                "admission_number",
                "attempt",
                "state",
                "opened_at",
                "closed_at",
                "receipt",
            )
        ),
        "answers": list(
            SittingEvent.objects.filter(sitting__in=sittings, kind__in=ANSWER_KINDS)
            .order_by("sitting_id", "seq")
            .values("sitting__public_id", "question", "payload", "at_server")
        ),
        "clock": list(
            ClockEntry.objects.filter(sitting__in=sittings).values(
                "sitting__public_id", "kind", "seconds", "reason", "at"
            )
        ),
        "accommodations": list(
            Accommodation.objects.filter(candidate=user).values(
                "exam__title", "seconds", "reason", "approved_at"
            )
        ),
        "results": list(
            released.exclude(released_score=None).values(
                "public_id",
                "released_score__points",
                "released_score__maximum",
                "released_score__passed",
                "released_at",
            )
        ),
        "practice": list(
            PracticeAnswer.objects.filter(person=user).values(
                "revision__aspect", "is_right", "at"
            )
        ),
        "notebook": NotebookCard.objects.filter(person=user).count(),
        "mock_exams": list(
            MockPaper.objects.filter(person=user, closed_at__isnull=False).values(
                "exam__title", "answers", "points", "maximum", "closed_at"
            )
        ),
        "requests_for_time": list(
            TimeRequest.objects.filter(sitting__in=sittings).values(
                "sitting__public_id", "minutes", "reason", "asked_at", "granted_minutes"
            )
        ),
        **_work_on_items(user),
    }


def _work_on_items(user: User) -> dict[str, Any]:
    """What a person has written about items and uploaded; not the items themselves."""
    return {
        "item_revisions": list(
            ItemRevision.objects.filter(author=user).values(
                "item__key", "number", "created_at"
            )
        ),
        "item_reviews": list(
            ItemReview.objects.filter(by=user).values(
                "revision__item__key", "revision__number", "verdict", "comment", "at"
            )
        ),
        "item_comments": list(
            ItemComment.objects.filter(by=user).values(
                "item__key", "revision__number", "text", "at"
            )
        ),
        "item_uploads": list(
            ItemImport.objects.filter(by=user).values(
                "public_id", "name", "dialect", "state", "created_at", "decided_at"
            )
        ),
    }


def needed_until(user: User) -> date | None:
    """A result needs its name for five years after the sitting was closed."""
    last = Sitting.objects.filter(candidate=user).aggregate(last=Max("closed_at"))
    closed = last["last"]
    return timezone.localdate(closed) + RESULT_KEPT if closed else None
