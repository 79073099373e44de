"""Courses of the demonstration, and who studied what and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from config.demo import packages
from courses.models import (
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    Programme,
)
from courses.services.content import load_content
from courses.services.learning import (
    answer_self_check,
    enrol,
    open_lesson,
)
from courses.services.programmes import assign_programme, create_programme
from courses.services.study import Signs, open_stream, record_beat

CONTENT = Path(__file__).parent / "courses"
DEMO_COURSE = "hazchem-emergency-inspection"
BEAT = timedelta(seconds=80)
EVERYTHING = 100


@dataclass(frozen=True)
class Study:
    """A person studied the demo course so many days ago, this many lessons, and this
    share of each lesson's planned time; `begun` is the share of the next lesson that was
    read without reaching its end or its self-checks."""

    username: str
    days_ago: int
    lessons: int = EVERYTHING
    share: int = 100
    begun: int = 0


STUDIES = [
    Study("ready", 30),
    Study("midexam", 12),
    Study("officer_a", 75),
    Study("officer_b", 70),
    Study("suspended", 90),
    Study("expired", 1200),
    Study("shorthours", 20, share=62),
    Study("trainee", 4, lessons=2, begun=80),
    *(Study(f"brigade{number:02d}", 60 + number) for number in range(1, 7)),
    *(Study(f"wangchuan{number:02d}", 40 + number) for number in range(1, 5)),
    *(Study(f"linxi{number:02d}", 50 + number) for number in range(1, 4)),
    Study("park01", 15, lessons=3),
    Study("linxi05", 6, lessons=1),
    Study("city02", 4, lessons=2, begun=80),
]


def load(now: datetime) -> None:
    """Load every course file and let the invented people study; idempotent."""
    trainer = User.objects.get(username="trainer")
    reviewer = User.objects.get(username="reviewer")
    load_content(CONTENT, now=now, trainer=trainer, reviewer=reviewer)
    packages.load(now, trainer, reviewer)
    course = CoursePage.objects.get(key=DEMO_COURSE)
    for study in STUDIES:
        _study(study, course, now)
    _assign_programmes(now)


def _assign_programmes(now: datetime) -> None:
    """One programme under way and one whose deadline has passed."""
    manager = User.objects.get(username="orgadmin")
    county = Organisation.objects.get(name="望川县应急管理局")
    today = timezone.localdate(now)
    plans: list[tuple[str, list[tuple[str, str]], int, int]] = [
        (
            "危险化学品执法资格培训",
            [("course", DEMO_COURSE), ("hours", "120")],
            10,
            20,
        ),
        ("应急组织体系与演练轮训", [("course", "emergency-organisation")], 50, -5),
    ]
    for title, activities, days_ago, due_in in plans:
        if Programme.objects.filter(title=title).exists():
            continue
        then = now - timedelta(days=days_ago)
        programme = create_programme(county, title, activities, now=then, by=manager)
        assign_programme(
            programme,
            due_on=today + timedelta(days=due_in),
            organisations=[county],
            now=then,
            by=manager,
        )


@transaction.atomic
def _study(study: Study, course: CoursePage, now: datetime) -> None:
    user = User.objects.get(username=study.username)
    if Enrolment.objects.filter(user=user, course=course).exists():
        return
    at = now.replace(hour=1, minute=0, second=0, microsecond=0)
    at -= timedelta(days=study.days_ago)
    enrolment = enrol(user, course, now=at)
    lessons = list(course.lessons())
    for lesson in lessons[: study.lessons]:
        at = _read(enrolment, lesson, study.share, at) + timedelta(minutes=20)
    if study.begun:
        _read(enrolment, lessons[study.lessons], study.begun, at, finish=False)


def _read(
    enrolment: Enrolment,
    lesson: LessonPage,
    share: int,
    at: datetime,
    *,
    finish: bool = True,
) -> datetime:
    """Read one lesson from `at` on, answering its self-checks; returns the end."""
    progress = open_lesson(enrolment, lesson, now=at)
    opened = open_stream(progress, now=at)
    token = opened.token
    if finish:
        _answer(progress, lesson, at)
    end = at + timedelta(minutes=lesson.minutes) * share / 100
    while at < end:
        at += BEAT
        answer = record_beat(
            opened.stream.public_id,
            Signs(visible=True, acted=True),
            by=enrolment.user,
            token=token,
            now=at,
            position=str(lesson.body[-1 if finish else 0].id),
            reached_end=finish and at >= end,
        )
        token = answer.token
    return at


def _answer(progress: LessonProgress, lesson: LessonPage, at: datetime) -> None:
    for block in lesson.body:
        if block.block_type != "self_check":
            continue
        rights = [
            number
            for number, option in enumerate(block.value["options"])
            if option["correct"]
        ]
        answer_self_check(progress, str(block.id), rights, now=at)
