from datetime import date, timedelta

import pytest

from courses.enums import Aspect, StaleState
from courses.models import StaleCitation
from courses.services.programmes import assign_programme, create_programme
from credentials.queries.beside import beside_road
from exams.models import Blueprint, Exam, Session
from exams.services.sittings import assign_sitting
from tests.courses.learning_factories import begin, make_course, make_lesson


@pytest.fixture
def lesson(county):
    return make_lesson(make_course())


def changed(lesson, at, **fields):
    return StaleCitation.objects.create(
        kind="lesson",
        object_id=str(lesson.public_id),
        title=lesson.title,
        citation_key="AQSCF:81",
        law_as_of=date(2026, 1, 1),
        flagged_at=at,
        **fields,
    )


def test_the_seven_aspects_stand_in_their_order_and_procedure_is_none(learner, now):
    keys = [line.key for line in beside_road(learner, now=now).standing]

    assert keys == [key for key in Aspect.values if key in keys]
    assert Aspect.PROCEDURE not in keys


def test_nothing_practised_names_no_weakest_aspect(learner, now):
    beside = beside_road(learner, now=now)

    assert (beside.weakest, beside.last_run, beside.days) == (None, None, ())
    assert beside.next_day is None


def test_a_learnt_lesson_whose_law_moved_is_named_once(learner, lesson, now):
    row = begin(learner, lesson, now)
    row.learnt_at = now
    row.save()
    changed(lesson, now - timedelta(days=1))
    changed(lesson, now + timedelta(days=1), present_digest="a")
    changed(
        lesson,
        now + timedelta(days=1),
        present_digest="b",
        state=StaleState.CARRIED,
        new_key="AQSCF:82",
        decided_at=now + timedelta(days=2),
    )

    [told] = beside_road(learner, now=now + timedelta(days=3)).changed

    assert told.title == lesson.title


def test_a_lesson_learnt_after_the_change_is_not_named(learner, lesson, now):
    row = begin(learner, lesson, now)
    row.learnt_at = now
    row.save()
    changed(lesson, now - timedelta(days=1))

    assert beside_road(learner, now=now).changed == ()


def test_an_overdue_programme_is_a_date_but_never_the_next_one(
    learner, lesson, county, instructor, now
):
    course = lesson.course()
    for title, days in (("旧", 1), ("新", 30)):
        programme = create_programme(
            county, title, [("course", course.key)], now=now, by=instructor
        )
        assign_programme(
            programme,
            due_on=now.date() + timedelta(days=days),
            organisations=[county],
            now=now,
            by=instructor,
        )

    beside = beside_road(learner, now=now + timedelta(days=5))

    assert [day.title for day in beside.days] == ["旧", "新"]
    assert beside.days[0].late
    assert beside.next_day.title == "新"


def test_an_open_exam_says_until_when_instead_of_how_long(learner, city, now):
    blueprint = Blueprint.objects.create(key="small", title="小卷", organisation=city)
    exam = Exam.objects.create(
        key="small",
        title="专业法律知识考试",
        organisation=city,
        blueprint=blueprint,
        minutes=60,
        pass_points=10,
    )
    session = Session.objects.create(
        exam=exam, title="第一考场", opens_at=now, closes_at=now + timedelta(hours=2)
    )
    assign_sitting(session, learner, now=now - timedelta(days=1))

    before = beside_road(learner, now=now - timedelta(minutes=1)).next_day
    inside = beside_road(learner, now=now + timedelta(minutes=1)).next_day

    assert (before.open_until, inside.open_until) == (None, session.closes_at)
