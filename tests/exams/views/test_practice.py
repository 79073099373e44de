"""Practice: never an item of the exam pool, and what was wrong comes back."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.data import ItemFileDraft
from exams.enums import Pool
from exams.models import (
    Item,
    ItemRevision,
    MockPaper,
    NotebookCard,
    PracticeAnswer,
)
from exams.rules.practice import remember
from exams.services.bank import load_item_file
from tests.exams.conftest import choice_draft, small_bank


@pytest.fixture
def practice_item(bank, instructor, legal_reviewer, now):
    draft = choice_draft("p1", pool="practice")
    load_item_file(
        ItemFileDraft((draft,)), now=now, by=instructor, reviewer=legal_reviewer
    )
    return Item.objects.get(key="p1")


def answer(client, item, page, *, right):
    """Answer the item shown, rightly or wrongly; right options start with 对."""
    question = page.context["question"]
    letters = [c.letter for c in question.choices if (c.text[0] == "对") is right]
    return client.post(
        reverse("exams:practice_item"),
        {
            "item": item.public_id,
            "seed": page.context["seed"],
            "q1": letters[:1],
        },
    )


def test_only_practice_items_are_shown(signed_in, learner, practice_item):
    client = signed_in(learner)

    shown = {
        client.get(reverse("exams:practice_item")).context["revision"].item.key
        for _ in range(3)
    }

    assert shown == {"p1"}


def test_exam_item_cannot_be_asked_for(signed_in, learner, practice_item):
    item = Item.objects.get(key="s0")

    response = signed_in(learner).post(
        reverse("exams:practice_item"), {"item": item.public_id, "seed": "x"}
    )

    assert response.status_code == 404
    assert len(small_bank().items) == 16


def test_right_answer_is_explained_and_counted(signed_in, learner, practice_item):
    client = signed_in(learner)
    page = client.get(reverse("exams:practice_item"))

    told = answer(client, practice_item, page, right=True)

    assert told.context["feedback"].is_right
    assert practice_item.live_revision.rationale in told.text
    assert PracticeAnswer.objects.get(person=learner).is_right


def test_wrong_answer_comes_back_until_it_is_known(signed_in, learner, practice_item):
    client = signed_in(learner)
    page = client.get(reverse("exams:practice_item"))
    answer(client, practice_item, page, right=False)
    card = NotebookCard.objects.get(person=learner)
    assert card.due_at > timezone.now() + timedelta(hours=23)
    state, asked = card.memory, timezone.now()
    for _ in range(4):
        asked = datetime.fromisoformat(state["due"])
        state = remember(state, is_right=True, now=asked).memory
    NotebookCard.objects.update(
        due_at=timezone.now(),
        memory=state
        | {
            "last_review": (timezone.now() - timedelta(days=44)).isoformat(),
            "due": timezone.now().isoformat(),
        },
    )

    again = client.get(reverse("exams:practice_item") + "?notebook")
    answer(client, practice_item, again, right=True)

    assert again.context["revision"].item == practice_item
    assert not NotebookCard.objects.exists()


def test_wrong_again_comes_back_sooner_than_right_again(now):
    first = remember({}, is_right=False, now=now)
    due = first.due_at

    right = remember(first.memory, is_right=True, now=due)
    wrong = remember(first.memory, is_right=False, now=due)

    assert now + timedelta(hours=23) < due <= now + timedelta(days=2)
    assert right.due_at > wrong.due_at
    assert not right.is_learnt


def test_what_stays_known_is_learnt_and_equal_answers_give_equal_days(now):
    def days():
        state, at, found = {}, now, []
        for _ in range(8):
            told = remember(state, is_right=True, now=at)
            found.append((told.due_at - at).days)
            state, at = told.memory, told.due_at
            if told.is_learnt:
                break
        return found

    assert days() == days()
    assert days() == sorted(days())
    assert days()[-1] >= 60


def test_practice_is_closed_while_an_exam_runs(
    signed_in, learner, practice_item, running
):
    client = signed_in(learner)

    for address in (reverse("exams:practice"), reverse("exams:practice_item")):
        assert client.get(address).url == reverse("exams:list")
    assert client.post(
        reverse("exams:mock_start", args=[running.exam.public_id])
    ).url == (reverse("exams:list"))


@pytest.fixture
def practice_bank(bank, blueprint, instructor, legal_reviewer, now):
    drafts = [choice_draft(f"p{n}", pool="practice") for n in range(4)]
    drafts += [
        choice_draft(f"q{n}", "multiple_choice", pool="practice") for n in range(3)
    ]
    load_item_file(
        ItemFileDraft(tuple(drafts)), now=now, by=instructor, reviewer=legal_reviewer
    )


def test_mock_exam_has_the_shape_of_the_exam_and_no_reserved_item(
    signed_in, learner, exam, practice_bank
):
    client = signed_in(learner)

    client.post(reverse("exams:mock_start", args=[exam.public_id]))
    client.post(reverse("exams:mock_start", args=[exam.public_id]))

    paper = MockPaper.objects.get(person=learner)
    drawn = ItemRevision.objects.filter(
        public_id__in=[e["revision"] for e in paper.key["questions"]]
    )
    assert {r.item.pool for r in drawn} == {Pool.PRACTICE}
    assert [q["type"] for q in paper.content["questions"]] == [
        *["single_choice"] * 3,
        *["multiple_choice"] * 2,
    ]
    assert not paper.is_complete


def test_mock_exam_is_marked_and_explained_and_feeds_the_notebook(
    signed_in, learner, exam, practice_bank
):
    client = signed_in(learner)
    client.post(reverse("exams:mock_start", args=[exam.public_id]))
    paper = MockPaper.objects.get(person=learner)
    address = reverse("exams:mock", args=[paper.public_id])
    assert "条文如此" not in client.get(address).text
    right = {e["position"]: e["key"]["right"] for e in paper.key["questions"]}
    data = {f"q{position}": letters for position, letters in right.items()}

    client.post(address, {**data, "q1": []})
    client.post(address, data)
    page = client.get(address)

    paper.refresh_from_db()
    assert (paper.points, paper.maximum) == (8, 10)
    assert "条文如此" in page.text
    assert [entry.is_right for entry in page.context["reviewed"]] == [
        False,
        True,
        True,
        True,
        True,
    ]
    assert NotebookCard.objects.filter(person=learner).count() == 1
    assert PracticeAnswer.objects.filter(person=learner).count() == 5


def test_mock_exam_of_somebody_else_does_not_exist(
    signed_in, learner, stranger, exam, practice_bank
):
    signed_in(learner).post(reverse("exams:mock_start", args=[exam.public_id]))
    paper = MockPaper.objects.get(person=learner)

    address = reverse("exams:mock", args=[paper.public_id])
    assert signed_in(stranger).get(address).status_code == 404


def test_mock_exam_without_practice_items_says_so(signed_in, learner, exam):
    response = signed_in(learner).post(
        reverse("exams:mock_start", args=[exam.public_id])
    )

    assert response.url == reverse("exams:practice")
    assert not MockPaper.objects.exists()


def test_practice_needs_a_sign_in(client, practice_item):
    response = client.get(reverse("exams:practice"))

    assert (response.status_code, "sign-in" in response.url) == (302, True)
