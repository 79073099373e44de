"""What stands beside a trainee's road: days to keep, the last run, the weak aspects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.enums import Aspect
from courses.queries.changed_lessons import ChangedLesson, changed_lessons
from courses.queries.programmes import AssignedProgramme, assigned_programmes
from exams.enums import SittingState
from exams.queries.practice import AspectStanding, practice_standing
from exams.queries.sittings import sittings_of
from simulator.enums import FINISHED_STATUSES
from simulator.queries import runs_of

MOST_DAYS = 4
AHEAD = (SittingState.ASSIGNED, SittingState.READY, SittingState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Day:
    """One date to keep; what has begun already says until when it is open."""

    at: datetime
    title: str
    detail: str
    url: str
    late: bool = False
    open_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest finished run: what it was worth, against which mark."""

    title: str
    score: float
    pass_mark: float
    ended_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Beside:
    """All that stands beside the road."""

    days: tuple[Day, ...]
    standing: tuple[AspectStanding, ...]
    weakest: AspectStanding | None
    changed: tuple[ChangedLesson, ...]
    last_run: LastRun | None

    @property
    def next_day(self) -> Day | None:
        """The first date that is not over yet."""
        return next((day for day in self.days if not day.late), None)


def beside_road(user: User, *, now: datetime) -> Beside:
    """Deadlines, practice by aspect, changed lessons and the last run of a person."""
    standing = practice_standing(user)
    order = [aspect for aspect in Aspect.values if aspect != Aspect.PROCEDURE]
    practised = [line for line in standing if line.answered]
    days = [*_sitting_days(user, now), *_programme_days(user, now)]
    return Beside(
        days=tuple(sorted(days, key=lambda day: day.at)[:MOST_DAYS]),
        standing=tuple(
            sorted(
                (line for line in standing if line.key in order),
                key=lambda line: order.index(line.key),
            )
        ),
        weakest=min(practised, key=lambda line: line.percent, default=None),
        changed=tuple(changed_lessons(user)),
        last_run=_last_run(user),
    )


def _sitting_days(user: User, now: datetime) -> list[Day]:
    sittings = sittings_of(user).filter(session__closes_at__gt=now, state__in=AHEAD)
    return [
        Day(
            sitting.session.opens_at,
            sitting.exam.title,
            _seat(sitting.seat),
            reverse("exams:list"),
            open_until=_if_begun(
                sitting.session.opens_at, sitting.session.closes_at, now
            ),
        )
        for sitting in sittings
    ]


def _if_begun(opens: datetime, closes: datetime, now: datetime) -> datetime | None:
    return closes if opens <= now else None


def _seat(seat: str) -> str:
    if not seat:
        return _("Examination")
    return _("Examination, seat %(seat)s") % {"seat": seat}


def _programme_days(user: User, now: datetime) -> list[Day]:
    return [
        _deadline(programme)
        for programme in assigned_programmes(user, now)
        if not programme.done
    ]


def _deadline(programme: AssignedProgramme) -> Day:
    assignment = programme.assignment
    due = datetime.combine(assignment.due_on, datetime.max.time())
    return Day(
        timezone.make_aware(due.replace(microsecond=0)),
        assignment.programme.title,
        _("Programme, %(percent)d %% done") % {"percent": programme.percent},
        reverse("courses:mine"),
        late=programme.late,
    )


def _last_run(user: User) -> LastRun | None:
    run = runs_of(user).filter(status__in=FINISHED_STATUSES).first()
    report = next(iter(getattr(run, "current_reports", [])), None)
    if run is None or report is None or run.ended_at is None:
        return None
    return LastRun(
        run.version.case.title,
        report.score,
        report.pass_mark,
        run.ended_at,
        reverse("simulator:debrief", args=[run.public_id]),
    )
