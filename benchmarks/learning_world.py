"""The invented people and pages of the learning benchmark."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from statistics import median
from time import process_time
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.learning import timed
from courses.models import (
    CourseIndexPage,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
)
from courses.services.learning import enrol, open_lesson

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BATCH = 5_000


def build() -> tuple[LessonPage, User]:
    """One course of six lessons and the reader whose pages are measured."""
    course = CoursePage(
        title="基准课程",
        slug="bench",
        key="bench",
        summary="简介",
        aspect="plans",
        law_as_of=date(2026, 11, 1),
    )
    CourseIndexPage.objects.get().add_child(instance=course)
    stream = LessonPage._meta.get_field("body")
    for number in range(6):
        body = [
            {"type": "heading", "value": f"第{place}节", "id": str(uuid4())}
            if place % 3 == 0
            else {
                "type": "text",
                "value": "<p>《安全生产法》第八十一条要求制定预案并定期组织演练。</p>",
                "id": str(uuid4()),
            }
            for place in range(12)
        ]
        lesson = LessonPage(title=f"课时{number}", slug=f"l{number}", minutes=20)
        lesson.body = stream.to_python(body)
        course.add_child(instance=lesson)
    reader = User.objects.create_user("reader", None, name="读者")
    enrolment = enrol(reader, course, now=NOW)
    first = course.lessons().first()
    open_lesson(enrolment, first, now=NOW)
    return first, reader


def enrol_up_to(size: int, made: int, lesson: LessonPage) -> None:
    """Add people with an enrolment and a progress each, in batches."""
    course = CoursePage.objects.get()
    for start in range(made, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        people = User.objects.bulk_create(
            User(username=f"p{number}", name="人", password="!")  # noqa: S106 -- unusable
            for number in numbers
        )
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(user=person, course=course, enrolled_at=NOW) for person in people
        )
        LessonProgress.objects.bulk_create(
            LessonProgress(
                enrolment=enrolment, lesson=lesson, opened_at=NOW, seen_at=NOW
            )
            for enrolment in enrolments
        )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client


def time_page(client: Client, url: str, repeats: int) -> tuple[float, int]:
    """Median milliseconds of processor time and number of queries of a page, warm."""
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url)
    count = len(queries)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    times = [timed(lambda: client.get(url), process_time) for _turn in range(repeats)]
    return median(times), count


def time_beats(
    reader: User, lesson: LessonPage, count: int
) -> tuple[list[float], list[float]]:
    """Heartbeats and bare inserts in turn, so that both meet the same machine."""
    client = signed_in(reader)
    opened = client.post(reverse("courses:open_window", args=[lesson.public_id])).json()
    token = opened["token"]
    beats, bares = [], []

    def beat() -> None:
        nonlocal token
        body: dict[str, Any] = {"token": token, "visible": True, "acted": True}
        answer = client.post(opened["url"], json.dumps(body), "application/json")
        token = answer.json()["token"]

    for _turn in range(count):
        beats.append(timed(beat))
        bares.append(timed(lambda: client.get(f"/bare?lesson={lesson.pk}")))
    return beats, bares
