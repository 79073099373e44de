"""Programmes: who is told what, who is late, who may see it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User
from courses.errors import DeadlinePassed, EmptyProgramme
from courses.models import (
    Assignment,
    CalendarFeed,
    LessonPage,
    Programme,
    Reminder,
)
from courses.queries.programmes import assigned_programmes, overview, person_rows
from courses.rules.calendar import Deadline, to_icalendar
from courses.rules.reminders import occasion_on
from courses.services.groups import make_group
from courses.services.notes import renew_calendar_feed
from courses.services.programmes import (
    assign_programme,
    create_programme,
    withdraw_assignment,
)
from courses.services.reminders import remind_all
from tests.courses.learning_factories import begin, make_course, make_lesson, read

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
DUE = date(2026, 11, 30)
OVERVIEW_QUERIES = 34


@pytest.fixture
def programme(
    county: Organisation, organisation_admin: User, now: datetime
) -> Programme:
    make_lesson(make_course(), check=False)
    return create_programme(
        county,
        "年度培训",
        [("course", "plans"), ("hours", "60")],
        now=now,
        by=organisation_admin,
    )


def test_programme_of_unknown_activities_is_refused(
    county: Organisation, organisation_admin: User, now: datetime
) -> None:
    with pytest.raises(EmptyProgramme):
        create_programme(
            county, "空", [("course", "nothing")], now=now, by=organisation_admin
        )


def test_deadline_in_the_past_is_refused(
    programme: Programme, county: Organisation, organisation_admin: User, now: datetime
) -> None:
    with pytest.raises(DeadlinePassed):
        assign_programme(
            programme,
            due_on=date(2026, 11, 22),
            organisations=[county],
            now=now,
            by=organisation_admin,
        )


def test_assignment_reaches_down_the_tree_and_not_sideways(
    programme: Programme,
    city: Organisation,
    county: Organisation,
    learner: User,
    stranger: User,
    organisation_admin: User,
    now: datetime,
) -> None:
    assign_programme(
        programme, due_on=DUE, organisations=[county], now=now, by=organisation_admin
    )

    assert len(assigned_programmes(learner, now)) == 1
    assert assigned_programmes(stranger, now) == []

    assign_programme(
        programme, due_on=DUE, organisations=[city], now=now, by=organisation_admin
    )
    assert len(assigned_programmes(stranger, now)) == 1


def test_group_and_person_are_reached(
    programme: Programme,
    county: Organisation,
    learner: User,
    stranger: User,
    organisation_admin: User,
    now: datetime,
) -> None:
    group = make_group(county, "一班")
    group.members.add(learner)

    assign_programme(
        programme,
        due_on=DUE,
        groups=[group],
        users=[stranger],
        now=now,
        by=organisation_admin,
    )

    assert len(assigned_programmes(learner, now)) == 1
    assert len(assigned_programmes(stranger, now)) == 1


def test_assigning_again_moves_the_deadline(
    programme: Programme, county: Organisation, organisation_admin: User, now: datetime
) -> None:
    for due_on in (DUE, date(2026, 12, 31)):
        assign_programme(
            programme,
            due_on=due_on,
            organisations=[county],
            now=now,
            by=organisation_admin,
        )

    assert Assignment.objects.get().due_on == date(2026, 12, 31)


def test_progress_counts_course_and_hours(
    programme: Programme, learner: User, organisation_admin: User, now: datetime
) -> None:
    assign_programme(
        programme, due_on=DUE, users=[learner], now=now, by=organisation_admin
    )
    lesson = make_lesson(make_course("other"), check=False)
    read(begin(learner, lesson, now), 30, now)

    (assigned,) = assigned_programmes(learner, now)

    assert [item.progress.percent for item in assigned.items] == [0, 50]
    assert not assigned.done


def test_late_is_who_is_not_done_after_the_day(
    programme: Programme,
    county: Organisation,
    learner: User,
    organisation_admin: User,
    now: datetime,
) -> None:
    (assignment,) = assign_programme(
        programme, due_on=DUE, organisations=[county], now=now, by=organisation_admin
    )
    later = now + timedelta(days=8)

    rows = person_rows(assignment, [learner], later)

    assert rows[0].programme.late
    assert not person_rows(assignment, [learner], now)[0].programme.late


@pytest.mark.parametrize("people", [1, 12])
def test_overview_costs_the_same_queries(
    people: int,
    programme: Programme,
    county: Organisation,
    person: Callable[..., User],
    organisation_admin: User,
    now: datetime,
    signed_in: SignedIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for kind in ("exam", "simulation"):
        programme.activities.create(kind=kind, key="any")
    for number in range(people):
        reader = person(f"reader{number}", county, Role.TRAINEE)
        read(begin(reader, LessonPage.objects.get(), now), 5, now)
    assign_programme(
        programme,
        due_on=date(2099, 1, 1),
        organisations=[county],
        now=now,
        by=organisation_admin,
    )
    client = signed_in(organisation_admin)
    url = reverse("courses:programme", args=[programme.public_id])
    client.get(url)

    with django_assert_num_queries(OVERVIEW_QUERIES):  # type: ignore[attr-defined]
        answer = client.get(url)

    assert f"人物reader{people - 1}" in answer.content.decode()


def test_overview_shows_only_people_in_reach(
    programme: Programme,
    city: Organisation,
    learner: User,
    stranger: User,
    organisation_admin: User,
    now: datetime,
) -> None:
    assign_programme(
        programme, due_on=DUE, organisations=[city], now=now, by=organisation_admin
    )

    (people,) = overview(programme, organisation_admin, now).values()

    assert learner in people
    assert stranger not in people


def test_withdrawn_assignment_reaches_nobody(
    programme: Programme, learner: User, organisation_admin: User, now: datetime
) -> None:
    (assignment,) = assign_programme(
        programme, due_on=DUE, users=[learner], now=now, by=organisation_admin
    )

    withdraw_assignment(assignment, now=now)

    assert assigned_programmes(learner, now) == []


@pytest.mark.parametrize(
    ("days", "occasion"),
    [(8, ""), (7, "week"), (2, "week"), (1, "day"), (0, "day"), (-1, "late")],
)
def test_occasions_of_reminders(days: int, occasion: str) -> None:
    assert occasion_on(days) == occasion


def test_each_occasion_reminds_once(
    programme: Programme,
    learner: User,
    organisation_admin: User,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    learner.email = "learner@example.invalid"
    learner.save()
    assign_programme(
        programme, due_on=DUE, users=[learner], now=now, by=organisation_admin
    )

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert remind_all(now=now) == 1
        assert remind_all(now=now) == 0
        assert remind_all(now=now + timedelta(days=6)) == 1

    assert [one.occasion for one in Reminder.objects.order_by("told_at")] == [
        "week",
        "day",
    ]
    assert len(mail.outbox) == 2
    assert "年度培训" in mail.outbox[0].subject


def test_whoever_is_done_hears_nothing(
    programme: Programme, learner: User, organisation_admin: User, now: datetime
) -> None:
    assign_programme(
        programme, due_on=DUE, users=[learner], now=now, by=organisation_admin
    )
    read(begin(learner, LessonPage.objects.get(), now), 61, now)

    assert remind_all(now=now + timedelta(hours=2)) == 0


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("organisation_admin", 200),
        ("instructor", 200),
        ("learner", 403),
        ("certifier", 403),
    ],
)
def test_who_may_manage_programmes(
    who: str, status: int, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    user = request.getfixturevalue(who)

    assert signed_in(user).get(reverse("courses:programmes")).status_code == status


def test_programme_of_another_organisation_is_not_found(
    programme: Programme,
    person: Callable[..., User],
    other_county: Organisation,
    signed_in: SignedIn,
) -> None:
    outsider = person("outsider", other_county, Role.ORGANISATION_ADMIN)
    url = reverse("courses:programme", args=[programme.public_id])

    assert signed_in(outsider).get(url).status_code == 404


def test_manager_makes_assigns_and_sees_who_is_late(
    learner: User, organisation_admin: User, county: Organisation, signed_in: SignedIn
) -> None:
    make_lesson(make_course())
    client = signed_in(organisation_admin)
    made = client.post(
        reverse("courses:programmes"),
        {"organisation": county.pk, "title": "新计划", "activities": ["course|plans"]},
    )
    url = made.headers["Location"]

    answer = client.post(
        url, {"due_on": "2099-01-01", "organisations": [county.pk]}, follow=True
    )

    assert answer.status_code == 200
    assert learner.name in answer.content.decode()


def test_assigning_nobody_is_refused(
    programme: Programme, organisation_admin: User, signed_in: SignedIn
) -> None:
    url = reverse("courses:programme", args=[programme.public_id])

    answer = signed_in(organisation_admin).post(url, {"due_on": "2099-01-01"})

    assert answer.status_code == 200
    assert not Assignment.objects.exists()


def test_calendar_feed_is_secret_and_renewable(
    programme: Programme,
    learner: User,
    organisation_admin: User,
    now: datetime,
    client: Client,
) -> None:
    assign_programme(
        programme, due_on=DUE, users=[learner], now=now, by=organisation_admin
    )
    first = renew_calendar_feed(learner).secret

    text = client.get(reverse("courses:calendar", args=[first])).content.decode()
    renew_calendar_feed(learner)

    assert "SUMMARY:年度培训" in text
    assert "DTSTART;VALUE=DATE:20261130" in text
    assert client.get(reverse("courses:calendar", args=[first])).status_code == 404
    assert CalendarFeed.objects.count() == 1


def test_calendar_lines_fit_and_keep_characters_whole(now: datetime) -> None:
    deadline = Deadline("1@x", "长" * 60 + ",;\\", DUE, "http://x/", now)

    text = to_icalendar("培训", [deadline])

    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:" + "长" * 60 + "\\,\\;\\\\" in unfolded
