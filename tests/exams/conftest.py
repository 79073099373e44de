"""A small bank, a small exam, and somebody sitting it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Organisation, User
from exams.data import (
    CaseSetDraft,
    ClientEvent,
    ExhibitDraft,
    ItemDraft,
    ItemFileDraft,
    OptionDraft,
)
from exams.models import Blueprint, BlueprintCell, Exam, Item, Session, Sitting
from exams.services.bank import load_item_file
from exams.services.sittings import (
    assign_sitting,
    open_sitting,
    prepare_session,
    save_batch,
)

DEVICE = "device-a"


def choice_draft(key: str, kind: str = "single_choice", **fields: object) -> ItemDraft:
    """A choice item whose right options start with 对."""
    right = 1 if kind == "single_choice" else 2
    return ItemDraft(
        **{
            "key": key,
            "type": kind,
            "stem": f"{key}：下列说法正确的是",
            "aspect": "plans",
            "citations": ("YJTL:7",),
            "rationale": "条文如此。",
            "law_as_of": date(2026, 11, 23),
            "options": tuple(
                OptionDraft(f"{'对' if n < right else '错'}{n}-{key}", n < right)
                for n in range(4)
            ),
            **fields,
        }
    )


def statement_draft(key: str, **fields: object) -> ItemDraft:
    return ItemDraft(
        **{
            "key": key,
            "type": "true_false",
            "stem": f"{key}：企业应当备案。",
            "aspect": "team",
            "truth": True,
            "citations": ("YJTL:10",),
            **fields,
        }
    )


def small_bank() -> ItemFileDraft:
    singles = tuple(choice_draft(f"s{n}") for n in range(6))
    multiples = tuple(choice_draft(f"m{n}", "multiple_choice") for n in range(4))
    statements = tuple(statement_draft(f"t{n}") for n in range(4))
    case = tuple(choice_draft(f"c{n}", exhibit="ex") for n in range(2))
    return ItemFileDraft(
        items=singles + multiples + statements + case,
        exhibits=(ExhibitDraft("ex", "台账", "record", text="一份台账", alt="台账"),),
        case_sets=(CaseSetDraft("case", "台账题", "ex", ("c0", "c1")),),
    )


@pytest.fixture
def bank(instructor: User, legal_reviewer: User, now: datetime) -> list[Item]:
    load_item_file(small_bank(), now=now, by=instructor, reviewer=legal_reviewer)
    return list(Item.objects.order_by("pk"))


@pytest.fixture
def blueprint(bank: list[Item], city: Organisation) -> Blueprint:
    blueprint = Blueprint.objects.create(key="small", title="小卷", organisation=city)
    cells = [
        ("item", "single_choice", 3, 2),
        ("item", "multiple_choice", 2, 2),
        ("item", "true_false", 2, 1),
        ("case_set", "", 1, 2),
    ]
    for place, (unit, kind, count, points) in enumerate(cells, start=1):
        BlueprintCell.objects.create(
            blueprint=blueprint,
            place=place,
            unit=unit,
            type=kind,
            count=count,
            points=Decimal(points),
        )
    return blueprint


@pytest.fixture
def exam(blueprint: Blueprint, city: Organisation) -> Exam:
    return Exam.objects.create(
        key="small",
        title="专业法律知识考试",
        organisation=city,
        blueprint=blueprint,
        minutes=60,
        pass_points=Decimal(10),
        attempts=2,
    )


@pytest.fixture
def session(exam: Exam, now: datetime, invigilator: User) -> Session:
    session = Session.objects.create(
        exam=exam,
        title="第一考场",
        place="302",
        opens_at=now - timedelta(minutes=5),
        closes_at=now + timedelta(hours=3),
    )
    session.invigilators.add(invigilator)
    return session


@pytest.fixture
def ready(session: Session, learner: User, now: datetime) -> Sitting:
    assign_sitting(session, learner, now=now)
    prepare_session(session, now=now)
    return Sitting.objects.get(candidate=learner)


@pytest.fixture
def running(ready: Sitting, now: datetime) -> Sitting:
    return open_sitting(ready, now=now)


def right_answers(sitting: Sitting) -> dict[int, object]:
    return {
        entry["position"]: entry["key"].get("right", entry["key"].get("truth"))
        for entry in sitting.form.key["questions"]
    }


def answer_events(answers: dict[int, object], first: int = 1) -> list[ClientEvent]:
    return [
        ClientEvent(seq, "answered", None, question, answer)
        for seq, (question, answer) in enumerate(answers.items(), start=first)
    ]


Save = Callable[..., object]


@pytest.fixture
def save(learner: User, now: datetime) -> Save:
    """Save answers of the learner: save(sitting, {1: ["A"]}, first=1)."""

    def send(sitting, answers, *, first=1, device=DEVICE, at=now, known=0):
        return save_batch(
            sitting.public_id,
            by=learner,
            client_id=device,
            events=answer_events(answers, first),
            known_seq=known,
            now=at,
        )

    return send
