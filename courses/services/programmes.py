"""Programmes 培训计划: making, assigning and withdrawing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from courses.errors import DeadlinePassed, EmptyProgramme
from courses.models import Assignment, LearnerGroup, Programme, ProgrammeActivity
from courses.registry import activity_kinds
from courses.tasks import announce_assignment


@transaction.atomic
def create_programme(
    organisation: Organisation,
    title: str,
    activities: Sequence[tuple[str, str]],
    *,
    now: datetime,
    by: User,
    description: str = "",
) -> Programme:
    """Make a programme of activities (kind, key) that exist in the registry.

    Raises EmptyProgramme when none does.
    """
    known = [
        (kind, key)
        for kind, key in dict.fromkeys(activities)
        if kind in activity_kinds()
        and any(choice.key == key for choice in activity_kinds()[kind].choices())
    ]
    if not known:
        raise EmptyProgramme
    programme = Programme.objects.create(
        organisation=organisation,
        title=title,
        description=description,
        created_by=by,
        created_at=now,
    )
    ProgrammeActivity.objects.bulk_create(
        ProgrammeActivity(programme=programme, kind=kind, key=key, place=place)
        for place, (kind, key) in enumerate(known)
    )
    return programme


@transaction.atomic
def assign_programme(
    programme: Programme,
    *,
    due_on: date,
    now: datetime,
    by: User,
    organisations: Iterable[Organisation] = (),
    groups: Iterable[LearnerGroup] = (),
    users: Iterable[User] = (),
) -> list[Assignment]:
    """Assign a programme to any number of addressees at once.

    Assigned again to the same addressee: the deadline moves, nothing is doubled.
    """
    if due_on < timezone.localdate(now):
        raise DeadlinePassed
    Programme.objects.select_for_update().get(pk=programme.pk)
    addressees: list[dict[str, Any]] = [
        *({"organisation": one} for one in organisations),
        *({"group": one} for one in groups),
        *({"user": one} for one in users),
    ]
    assignments = []
    for addressee in addressees:
        assignment, made = Assignment.objects.update_or_create(
            programme=programme,
            withdrawn_at=None,
            **addressee,
            defaults={"due_on": due_on},
            create_defaults={
                "due_on": due_on,
                "assigned_at": now,
                "assigned_by": by,
            },
        )
        assignments.append(assignment)
        if made:
            transaction.on_commit(partial(announce_assignment.enqueue, assignment.pk))
    return assignments


@transaction.atomic
def withdraw_assignment(assignment: Assignment, *, now: datetime) -> Assignment:
    """Withdraw an assignment; what was learnt stays. Repeated: nothing happens."""
    locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
    return locked
