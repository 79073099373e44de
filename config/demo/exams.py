"""The demonstration's item bank, exam, and the sittings of invented people."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from exams.data import ClientEvent
from exams.enums import CellUnit, ItemType, Pool, ScoringRule
from exams.models import (
    Blueprint,
    BlueprintCell,
    Exam,
    Item,
    ItemRevision,
    Session,
    Sitting,
)
from exams.services.clock import pause_sitting
from exams.services.item_files import load_item_directory
from exams.services.practice import answer_practice, seal_for_practice
from exams.services.results import mark_sitting, release_session
from exams.services.sittings import (
    assign_sitting,
    open_sitting,
    prepare_session,
    save_batch,
    submit_sitting,
)

ITEMS = Path(__file__).parent / "items"
KEY = "hazchem-emergency-law"
SINGLES = {
    "organisation": 2,
    "team": 2,
    "supplies": 3,
    "plans": 2,
    "drills": 2,
    "training": 3,
    "incident": 3,
    "procedure": 2,
}
OTHERS = (
    (CellUnit.ITEM, ItemType.MULTIPLE_CHOICE, 8, 3),
    (CellUnit.ITEM, ItemType.TRUE_FALSE, 8, 1),
    (CellUnit.ITEM, ItemType.NUMERIC, 5, 2),
    (CellUnit.ITEM, ItemType.FILL_IN, 2, 2),
)
SECTOR = "hazchem"
CASE_TOPICS = {"plans": "预案备案", "drills": "演练认定"}  # sets of four questions
# username: how likely a question is answered rightly
PAST = {
    "officer_a": 0.95,
    "officer_b": 0.9,
    "suspended": 0.84,
}
RECENT = {"ready": 0.93, "shorthours": 0.82, "wangchuan01": 0.78, "wangchuan02": 0.55}
CROWD = [
    *(f"wangchuan{n:02d}" for n in range(3, 9)),
    *(f"linxi{n:02d}" for n in range(1, 9)),
    *(f"park{n:02d}" for n in range(1, 6)),
]
PRACTISED = {
    "organisation": 0.85,
    "team": 0.75,
    "supplies": 0.6,
    "plans": 0.9,
    "drills": 0.45,
    "training": 0.8,
    "incident": 0.65,
}
EASY_TYPES = (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE, ItemType.TRUE_FALSE)
NOW_SITTING = ("brigade01", "brigade02", "brigade03", "brigade04", "city01", "city02")


def load(now: datetime) -> None:
    """Create what is missing; what is there stays as it is."""
    trainer = User.objects.get(username="trainer")
    reviewer = User.objects.get(username="reviewer")
    load_item_directory(ITEMS, now=now, by=trainer, reviewer=reviewer)
    exam = build_exam()
    if not exam.sessions.exists():
        _past_session(exam, "2026年第一场", now - timedelta(days=150), PAST)
        rng = random.Random(20261113)  # noqa: S311 -- invented results
        crowd = {name: 0.45 + 0.5 * rng.random() for name in CROWD}
        _past_session(exam, "2026年第二场", now - timedelta(days=10), RECENT | crowd)
        _running_session(exam, now)
        _practise(User.objects.get(username="trainee"), now)


def build_exam() -> Exam:
    """The exam of the demonstration and the blueprint its papers are drawn by."""
    city = Organisation.objects.get(name="澜州市应急管理局")
    blueprint, made = Blueprint.objects.get_or_create(
        key=KEY,
        defaults={"title": "专业法律知识（危险化学品）组卷方案", "organisation": city},
    )
    if made:
        _add_cells(blueprint)
    exam, _ = Exam.objects.get_or_create(
        key=KEY,
        defaults={
            "title": "专业法律知识考试（危险化学品）",
            "organisation": city,
            "blueprint": blueprint,
            "minutes": 120,
            "pass_points": Decimal(60),
            "attempts": 3,
            "scoring_rule": ScoringRule.ANY_WRONG_IS_ZERO,
        },
    )
    return exam


def _add_cells(blueprint: Blueprint) -> None:
    rows: list[dict[str, Any]] = [
        {"type": ItemType.SINGLE_CHOICE, "aspect": aspect, "count": count, "points": 2}
        for aspect, count in SINGLES.items()
    ]
    rows += [
        {"unit": unit, "type": kind, "count": count, "points": points}
        for unit, kind, count, points in OTHERS
    ]
    rows += [
        {
            "unit": CellUnit.CASE_SET,
            "aspect": aspect,
            "topic": topic,
            "count": 1,
            "points": 2,
        }
        for aspect, topic in CASE_TOPICS.items()
    ]
    for place, row in enumerate(rows, start=1):
        BlueprintCell.objects.create(
            blueprint=blueprint, place=place, sector=SECTOR, **row
        )


def _session(exam: Exam, title: str, opens_at: datetime, hours: int) -> Session:
    session = Session.objects.create(
        exam=exam,
        title=title,
        place="市委党校教学楼302",
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=hours),
    )
    session.invigilators.add(User.objects.get(username="invigilator"))
    return session


def _past_session(
    exam: Exam, title: str, day: datetime, abilities: dict[str, float]
) -> None:
    """Everybody sat, handed in, was marked, and the results were released."""
    opens_at = timezone.localtime(day).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    session = _session(exam, title, opens_at, 3)
    people = _people(abilities)
    for person in people:
        assign_sitting(session, person, now=opens_at - timedelta(days=7))
    prepare_session(session, now=opens_at - timedelta(days=1))
    for sitting in session.sittings.select_related("candidate", "form", "exam"):
        rng = random.Random(f"{sitting.candidate.username}/{title}")  # noqa: S311
        began = opens_at + timedelta(seconds=rng.randint(5, 240))
        opened = open_sitting(sitting, now=began)
        _answer(opened, abilities[sitting.candidate.username], 1.0, began, rng)
        end = began + timedelta(minutes=rng.randint(55, 110))
        mark_sitting(submit_sitting(opened, now=end), now=end)
    assessor = User.objects.get(username="assessor")
    release_session(session, by=assessor, now=opens_at + timedelta(days=2))


def _running_session(exam: Exam, now: datetime) -> None:
    """One room at this very moment: some sit, one is paused, one waits to start."""
    began = now - timedelta(minutes=25)
    session = _session(exam, "2026年第三场　第三考场", began - timedelta(minutes=5), 9)
    for person in _people(["midexam", "trainee", *NOW_SITTING]):
        assign_sitting(session, person, now=began - timedelta(days=3))
    prepare_session(session, now=began - timedelta(days=1))
    sittings = {
        s.candidate.username: s
        for s in session.sittings.select_related("candidate", "form", "exam")
    }
    for place, name in enumerate(("midexam", *NOW_SITTING[:-1])):
        rng = random.Random(name)  # noqa: S311
        start = began + timedelta(seconds=20 * place)
        opened = open_sitting(sittings[name], now=start)
        _answer(opened, 0.8, 0.35 + 0.1 * place, start, rng, until=now)
    invigilator = User.objects.get(username="invigilator")
    pause_sitting(
        sittings["brigade02"],
        reason="去洗手间",
        by=invigilator,
        now=now - timedelta(minutes=2),
    )
    submit_sitting(sittings["brigade04"], now=now - timedelta(minutes=1))


def _practise(person: User, now: datetime) -> None:
    """Ten questions of each aspect over the last days, some aspects better known."""
    for aspect, ability in PRACTISED.items():
        rng = random.Random(aspect)  # noqa: S311
        revisions = ItemRevision.objects.filter(
            pk__in=Item.objects.live().in_pool(Pool.PRACTICE).values("live_revision"),
            aspect=aspect,
            type__in=EASY_TYPES,
        )
        for place, revision in enumerate(revisions.order_by("item__key")[:10]):
            shown, key = seal_for_practice(revision, "demo")
            entry = {"position": 0, "type": revision.type, "shown": shown}
            answer_practice(
                revision,
                _reply(entry, {0: key}, ability, rng),
                seed="demo",
                by=person,
                now=now - timedelta(days=6) + timedelta(minutes=place),
            )


def _people(names: Any) -> list[User]:
    found = {user.username: user for user in User.objects.filter(username__in=names)}
    return [found[name] for name in names if name in found]


def _answer(
    sitting: Sitting,
    ability: float,
    share: float,
    began: datetime,
    rng: random.Random,
    until: datetime | None = None,
) -> None:
    """Invented answers to the first part of a form, saved in a few batches."""
    form = sitting.form
    if form is None:
        return
    keys = {entry["position"]: entry["key"] for entry in form.key["questions"]}
    entries = form.content["questions"][: round(len(keys) * share)]
    events = [
        ClientEvent(
            n, "answered", None, entry["position"], _reply(entry, keys, ability, rng)
        )
        for n, entry in enumerate(entries, start=1)
    ]
    for first in range(0, len(events), 10):
        at = began + timedelta(minutes=1 + first * 0.8)
        save_batch(
            sitting.public_id,
            by=sitting.candidate,
            client_id=f"demo-{sitting.seat}",
            events=events[first : first + 10],
            now=min(at, until) if until else at,
        )


def _reply(
    entry: dict[str, Any], keys: dict[int, Any], ability: float, rng: random.Random
) -> Any:
    """The right answer with the given probability, else a believable wrong one."""
    key, kind, shown = keys[entry["position"]], entry["type"], entry["shown"]
    is_right = rng.random() < ability
    if kind == ItemType.TRUE_FALSE:
        return key["truth"] if is_right else not key["truth"]
    if kind == ItemType.NUMERIC:
        return key["value"] if is_right else str(rng.choice([3, 5, 10, 15, 30]))
    if kind == ItemType.FILL_IN:
        return [blank[0] if is_right else "检查" for blank in key["blanks"]]
    if is_right or kind in (ItemType.MATCHING, ItemType.ORDERING):
        return key["right"]
    letters = [option["letter"] for option in shown["options"]]
    wrong = [letter for letter in letters if letter not in key["right"]]
    if kind == ItemType.SINGLE_CHOICE:
        return [rng.choice(wrong)]
    return sorted({*rng.sample(key["right"], 1), *rng.sample(wrong, rng.randint(0, 1))})
