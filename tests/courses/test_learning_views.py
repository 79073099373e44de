"""Who sees which page of the catalogue, and what a lesson page does."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Enrolment, LessonProgress, LessonQuestion, Note
from tests.courses.learning_factories import CHECK_ID, begin, make_course, make_lesson

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def test_anonymous_visitor_is_sent_to_sign_in(client: Client) -> None:
    lesson = make_lesson(make_course())

    for url in ("/learn/", lesson.course().url, lesson.url):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:sign_in"))


def test_catalogue_lists_courses_and_filters(
    learner: User, signed_in: SignedIn
) -> None:
    make_course("plans")
    client = signed_in(learner)

    assert "课程plans" in client.get("/learn/").content.decode()
    assert "课程plans" not in client.get("/learn/?aspect=team").content.decode()


@pytest.mark.parametrize("courses", [1, 4])
def test_catalogue_costs_the_same_queries(
    courses: int,
    learner: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(courses):
        make_lesson(make_course(f"c{number}"))
    client = signed_in(learner)
    client.get("/learn/")

    with django_assert_max_num_queries(26):  # type: ignore[attr-defined]
        client.get("/learn/")


def test_lesson_without_enrolment_leads_to_the_course(
    learner: User, signed_in: SignedIn
) -> None:
    lesson = make_lesson(make_course())

    answer = signed_in(learner).get(lesson.url)

    assert answer.status_code == 302
    assert answer.headers["Location"] == lesson.course().url
    assert not LessonProgress.objects.exists()


def test_trainer_reads_without_enrolment_and_without_record(
    instructor: User, signed_in: SignedIn
) -> None:
    lesson = make_lesson(make_course())

    answer = signed_in(instructor).get(lesson.url)

    assert answer.status_code == 200
    assert not LessonProgress.objects.exists()


def test_enrolling_leads_into_the_first_lesson(
    learner: User, signed_in: SignedIn
) -> None:
    lesson = make_lesson(make_course())

    answer = signed_in(learner).post(reverse("courses:enrol", args=["plans"]))

    assert answer.headers["Location"] == lesson.url
    assert Enrolment.objects.get().user == learner


def test_window_and_beat_over_http(
    learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)
    client = signed_in(learner)
    opened = client.post(reverse("courses:open_window", args=[lesson.public_id])).json()

    beat = {"token": opened["token"], "visible": True, "acted": True, "position": ""}
    answer = client.post(opened["url"], json.dumps(beat), "application/json")

    assert answer.status_code == 200
    assert answer.json()["token"] != opened["token"]


@pytest.mark.parametrize("body", ["", "[]", "{", '{"visible": true}'])
def test_malformed_beat_is_refused(
    body: str, learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)
    client = signed_in(learner)
    opened = client.post(reverse("courses:open_window", args=[lesson.public_id])).json()

    answer = client.post(opened["url"], body, "application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_beat"


def test_stranger_cannot_open_a_window(stranger: User, signed_in: SignedIn) -> None:
    lesson = make_lesson(make_course())

    answer = signed_in(stranger).post(
        reverse("courses:open_window", args=[lesson.public_id])
    )

    assert answer.status_code == 404


def test_beat_of_another_person_is_forged(
    learner: User, stranger: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)
    begin(stranger, lesson, now)
    opened = (
        signed_in(learner)
        .post(reverse("courses:open_window", args=[lesson.public_id]))
        .json()
    )

    beat = {"token": opened["token"], "visible": True, "acted": True}
    answer = signed_in(stranger).post(
        opened["url"], json.dumps(beat), "application/json"
    )

    assert answer.status_code == 403


def test_self_check_shows_feedback(
    learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)

    answer = signed_in(learner).post(
        reverse("courses:self_check", args=[lesson.public_id, CHECK_ID]),
        {"chosen": "0"},
        headers={"HX-Request": "true"},
    )

    assert answer.status_code == 200
    assert "因为。" in answer.content.decode()


def test_wrong_self_check_does_not_give_the_answer_away(
    learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)

    answer = signed_in(learner).post(
        reverse("courses:self_check", args=[lesson.public_id, CHECK_ID]),
        {"chosen": "1"},
        headers={"HX-Request": "true"},
    )

    assert "再想" in answer.content.decode()
    assert "因为。" not in answer.content.decode()


def test_unknown_self_check_is_not_found(
    learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)

    answer = signed_in(learner).post(
        reverse("courses:self_check", args=[lesson.public_id, uuid4()]), {"chosen": "0"}
    )

    assert answer.status_code == 404


def test_note_is_saved_for_oneself_only(
    learner: User, stranger: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)
    begin(stranger, lesson, now)

    signed_in(learner).post(
        reverse("courses:save_note", args=[lesson.public_id]), {"text": "只给自己看"}
    )

    assert Note.objects.get().user == learner
    assert "只给自己看" in signed_in(learner).get(lesson.url).content.decode()
    assert "只给自己看" not in signed_in(stranger).get(lesson.url).content.decode()


def test_question_reaches_the_trainers(
    learner: User, signed_in: SignedIn, now: datetime
) -> None:
    lesson = make_lesson(make_course())
    begin(learner, lesson, now)

    signed_in(learner).post(
        reverse("courses:ask", args=[lesson.public_id]), {"text": "为什么？"}
    )

    assert LessonQuestion.objects.get().asked_by == learner
