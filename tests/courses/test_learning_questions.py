"""Learners' questions at the trainers' desk."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Organisation, User
from courses.errors import AlreadyAnswered
from courses.models import LessonQuestion
from courses.services.questions import answer_question, ask_question
from tests.courses.learning_factories import begin, make_course, make_lesson

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def question(learner: User, now: datetime) -> LessonQuestion:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)
    return ask_question(learner, lesson, "演练要报给谁？", now=now)


def test_answer_is_shown_below_the_lesson_without_the_name(
    question: LessonQuestion,
    instructor: User,
    stranger: User,
    signed_in: SignedIn,
    now: datetime,
) -> None:
    url = reverse("courses:answer", args=[question.public_id])

    signed_in(instructor).post(url, {"text": "报给县级以上部门。"})

    begin(stranger, question.lesson, now)
    page = signed_in(stranger).get(question.lesson.url).content.decode()
    assert "报给县级以上部门。" in page
    assert question.asked_by.name not in page


def test_second_answer_is_refused(
    question: LessonQuestion, instructor: User, now: datetime
) -> None:
    answer_question(question, "一", by=instructor, now=now)

    with pytest.raises(AlreadyAnswered):
        answer_question(question, "二", by=instructor, now=now)


def test_trainer_of_another_organisation_sees_nothing(
    question: LessonQuestion,
    person: Callable[..., User],
    other_county: Organisation,
    signed_in: SignedIn,
) -> None:
    outsider = person("outsider", other_county, Role.TRAINER)
    client = signed_in(outsider)

    page = client.get(reverse("courses:questions")).content.decode()
    answer = client.post(
        reverse("courses:answer", args=[question.public_id]), {"text": "x"}
    )

    assert question.text not in page
    assert answer.status_code == 404


def test_trainee_has_no_desk(learner: User, signed_in: SignedIn) -> None:
    assert signed_in(learner).get(reverse("courses:questions")).status_code == 403
