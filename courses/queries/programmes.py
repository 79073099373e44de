"""Reads over programmes: what a person was told to do, and how an organisation is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Membership, Organisation, User
from accounts.queries import membership_on, organisations_reached, users_reached
from courses.models import Assignment, LearnerGroup, Programme
from courses.registry import Activity, ActivityProgress, activity_kinds

NOTHING_DONE = ActivityProgress(done=False, percent=0, detail="")
MANAGING_ROLES = (Role.ORGANISATION_ADMIN, Role.TRAINER)


@dataclass(frozen=True)
class ProgrammeItem:
    """One activity of a programme with how far a person is."""

    activity: Activity
    progress: ActivityProgress


@dataclass(frozen=True)
class AssignedProgramme:
    """A programme somebody was told to do."""

    assignment: Assignment
    items: list[ProgrammeItem]
    today: date

    @property
    def done(self) -> bool:
        return all(item.progress.done for item in self.items)

    @property
    def percent(self) -> int:
        if not self.items:
            return 100
        return sum(item.progress.percent for item in self.items) // len(self.items)

    @property
    def days_left(self) -> int:
        return (self.assignment.due_on - self.today).days

    @property
    def late(self) -> bool:
        return not self.done and self.days_left < 0


@dataclass(frozen=True)
class PersonRow:
    """One person in the overview of a programme."""

    user: User
    organisation: Organisation | None
    programme: AssignedProgramme


@dataclass(frozen=True)
class Board:
    """An assignment with everybody it reaches in the manager's reach."""

    assignment: Assignment
    rows: list[PersonRow]

    @property
    def done(self) -> int:
        return sum(row.programme.done for row in self.rows)

    @property
    def late(self) -> int:
        return sum(row.programme.late for row in self.rows)

    @property
    def open(self) -> int:
        return len(self.rows) - self.done - self.late


def activity_index() -> dict[tuple[str, str], Activity]:
    """Every activity the registry knows, by kind and key."""
    return {
        (code, activity.key): activity
        for code, kind in activity_kinds().items()
        for activity in kind.choices()
    }


def assignments_for(user: User, now: datetime) -> QuerySet[Assignment]:
    """The open assignments that reach a person: own, of a group, of the body above."""
    reach = Q(user=user) | Q(group__members=user)
    membership = membership_on(user, timezone.localdate(now))
    if membership is not None:
        path = membership.organisation.path
        step = Organisation.steplen
        above = [path[:end] for end in range(step, len(path) + 1, step)]
        reach |= Q(organisation__path__in=above)
    return (
        Assignment.objects.filter(reach, withdrawn_at=None)
        .select_related("programme", "organisation", "group")
        .prefetch_related("programme__activities")
        .order_by("due_on")
        .distinct()
    )


def assigned_programmes(user: User, now: datetime) -> list[AssignedProgramme]:
    """What a person was told to do, the nearest deadline first."""
    assignments = list(assignments_for(user, now))
    progress = _progress_of([user], assignments)[user.pk]
    index, today = activity_index(), timezone.localdate(now)
    return [_assigned(one, progress, index, today) for one in assignments]


Progress = dict[tuple[str, str], ActivityProgress]


def _progress_of(
    people: list[User], assignments: Iterable[Assignment]
) -> dict[int, Progress]:
    """How far each person is in everything these assignments ask, by kind and key."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for assignment in assignments:
        for activity in assignment.programme.activities.all():
            if activity.key not in wanted[activity.kind]:
                wanted[activity.kind].append(activity.key)
    progress: dict[int, Progress] = {person.pk: {} for person in people}
    for code, keys in wanted.items():
        kind = activity_kinds().get(code)
        if kind is None:
            continue
        for person, found in kind.progress(people, keys).items():
            progress[person] |= {(code, key): one for key, one in found.items()}
    return progress


def _assigned(
    assignment: Assignment,
    progress: Progress,
    index: dict[tuple[str, str], Activity],
    today: date,
) -> AssignedProgramme:
    places = [(one.kind, one.key) for one in assignment.programme.activities.all()]
    items = [
        ProgrammeItem(index[place], progress.get(place, NOTHING_DONE))
        for place in places
        if place in index
    ]
    return AssignedProgramme(assignment, items, today)


def managed_programmes(manager: User, now: datetime) -> QuerySet[Programme]:
    """Programmes of the organisations a manager reaches."""
    reached = organisations_reached(manager, MANAGING_ROLES, now)
    return (
        Programme.objects.filter(organisation__in=reached)
        .select_related("organisation", "created_by")
        .prefetch_related("activities", "assignments")
    )


def managed_groups(manager: User, now: datetime) -> QuerySet[LearnerGroup]:
    """Groups of the organisations a manager reaches."""
    reached = organisations_reached(manager, MANAGING_ROLES, now)
    return (
        LearnerGroup.objects.filter(organisation__in=reached)
        .select_related("organisation")
        .annotate(size=Count("members"))
        .order_by("organisation__path", "name")
    )


def group_candidates(
    group: LearnerGroup, manager: User, now: datetime
) -> QuerySet[User]:
    """Who may be in a group: people in post at its body or below, in my reach."""
    posts = Membership.objects.on(timezone.localdate(now)).filter(
        organisation__path__startswith=group.organisation.path
    )
    return (
        users_reached(manager, MANAGING_ROLES, now)
        .filter(is_active=True, pk__in=posts.values("user_id"))
        .order_by("name", "username")
    )


def people_of(assignment: Assignment, day: date) -> QuerySet[User]:
    """The people an assignment reaches on a day."""
    people = User.objects.filter(is_active=True)
    if assignment.user_id is not None:
        return people.filter(pk=assignment.user_id)
    if assignment.group_id is not None:
        return people.filter(learner_groups=assignment.group_id)
    organisation = assignment.organisation
    posts = Membership.objects.on(day).filter(
        organisation__path__startswith=organisation.path if organisation else "-"
    )
    return people.filter(pk__in=posts.values("user_id"))


def overview(
    programme: Programme, manager: User, now: datetime
) -> dict[Assignment, QuerySet[User]]:
    """Who is to do a programme, per open assignment, as far as the manager reaches."""
    reached = users_reached(manager, MANAGING_ROLES, now)
    day = timezone.localdate(now)
    return {
        assignment: people_of(assignment, day)
        .filter(pk__in=reached)
        .order_by("username")
        for assignment in programme.assignments.filter(
            withdrawn_at=None
        ).select_related("organisation", "group", "user")
    }


def person_rows(
    assignment: Assignment, people: Iterable[User], now: datetime
) -> list[PersonRow]:
    """The progress of some people in an assignment, the furthest behind first.

    As many queries for a hundred people as for one.
    """
    day = timezone.localdate(now)
    people = list(people)
    index = activity_index()
    progress = _progress_of(people, [assignment])
    posts = {
        post.user_id: post.organisation
        for post in Membership.objects.on(day)
        .filter(user__in=people)
        .select_related("organisation")
    }
    rows = [
        PersonRow(
            person,
            posts.get(person.pk),
            _assigned(assignment, progress[person.pk], index, day),
        )
        for person in people
    ]
    return sorted(rows, key=lambda row: (row.programme.done, row.programme.percent))
