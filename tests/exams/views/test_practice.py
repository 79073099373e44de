"""Practice: never an item of the exam pool, and what was wrong comes back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.data import ItemFileDraft
from exams.models import Item, NotebookCard, PracticeAnswer
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
    NotebookCard.objects.update(due_at=timezone.now(), step=4)

    again = client.get(reverse("exams:practice_item") + "?notebook")
    answer(client, practice_item, again, right=True)

    assert again.context["revision"].item == practice_item
    assert not NotebookCard.objects.exists()


def test_practice_needs_a_sign_in(client, practice_item):
    response = client.get(reverse("exams:practice"))

    assert (response.status_code, "sign-in" in response.url) == (302, True)
