"""Background work: fetch by id, call one service."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task


@task()
def mark_sitting(sitting_id: str) -> None:
    """Mark one handed-in sitting."""
    from exams.models import Sitting
    from exams.services.results import mark_sitting as mark

    mark(Sitting.objects.get(public_id=sitting_id), now=timezone.now())
