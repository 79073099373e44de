"""No response of a whole sitting holds a key, a weight, or an unreleased score."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.data import ItemFileDraft, OptionDraft
from exams.models import BlueprintCell, Exam, ItemRevision, Session, Sitting
from exams.services.bank import load_item_file
from exams.services.results import mark_sitting, release_sitting
from exams.services.sittings import assign_sitting, prepare_session
from tests.exams.conftest import answer_events, choice_draft, right_answers

RATIONALE = "理由暗号甲乙丙"
FEEDBACK = "反馈暗号丁戊己"
PASS_SHARE = Decimal("10.00")


@pytest.fixture
def secretive(bank, blueprint, exam, session, learner, instructor, legal_reviewer, now):
    """A sitting whose items carry words that only the key may know."""
    drafts = tuple(
        choice_draft(
            f"secret{n}",
            rationale=RATIONALE,
            topic="暗号题",
            options=tuple(
                OptionDraft(f"选项{n}{k}", k == 0, feedback=FEEDBACK) for k in range(4)
            ),
        )
        for n in range(3)
    )
    load_item_file(
        ItemFileDraft(items=drafts), now=now, by=instructor, reviewer=legal_reviewer
    )
    BlueprintCell.objects.create(
        blueprint=blueprint, place=9, topic="暗号题", count=3, points=Decimal("3.07")
    )
    real = timezone.now()
    Session.objects.filter(pk=session.pk).update(
        opens_at=real - timedelta(minutes=5), closes_at=real + timedelta(hours=3)
    )
    Exam.objects.filter(pk=exam.pk).update(
        allows_calculator=True, allows_law_library=True
    )
    session.refresh_from_db()
    assign_sitting(session, learner, now=real)
    prepare_session(session, now=real)
    return Sitting.objects.select_related("form", "exam").get(candidate=learner)


class Reader:
    """A client that keeps everything it was ever sent."""

    def __init__(self, client):
        self.client = client
        self.seen = []

    def get(self, name, *args):
        return self._keep(self.client.get(reverse(f"exams:{name}", args=args)))

    def post(self, name, *args, data=None, **extra):
        address = reverse(f"exams:{name}", args=args)
        return self._keep(self.client.post(address, data or {}, **extra))

    def _keep(self, response):
        body = (
            b"".join(response.streaming_content)
            if response.streaming
            else response.content
        )
        self.seen.append(
            (response.request["PATH_INFO"], body.decode("utf-8", "replace"))
        )
        self.seen.append((response.request["PATH_INFO"], str(dict(response.headers))))
        return response


def sit(reader, sitting):
    """Every address a candidate's pages use, in the order of a sitting."""
    key = sitting.public_id
    for name in ("sitting", "ticket", "open"):
        reader.post(name, key) if name == "open" else reader.get(name, key)
    reader.get("list")
    reader.get("rehearsal")
    reader.get("sitting", key)
    answers = right_answers(sitting)
    for event in answer_events(answers):
        line = {
            "n": event.client_seq,
            "kind": "answered",
            "q": event.question,
            "a": event.answer,
        }
        body = {"client": "d", "known": 0, "events": [line]}
        reader.post(
            "events", key, data=json.dumps(body), content_type="application/json"
        )
        reader.get("clock", key)
    wrong = {
        "client": "d",
        "events": [{"n": 99, "kind": "answered", "q": 999, "a": "x"}],
    }
    reader.post("events", key, data=json.dumps(wrong), content_type="application/json")
    other = {
        "client": "second",
        "known": 0,
        "events": [{"n": 1, "kind": "flagged", "q": 1}],
    }
    reader.post("events", key, data=json.dumps(other), content_type="application/json")
    reader.get("sitting", key)
    reader.post("submit", key, data={"journal": "[]"})
    reader.post("events", key, data=json.dumps(other), content_type="application/json")
    after(reader, sitting)


def after(reader, sitting):
    for name in ("sitting", "receipt", "report", "clock"):
        reader.get(name, sitting.public_id)
    reader.get("list")
    sitting.refresh_from_db()
    data = {"admission_number": sitting.admission_number, "receipt": sitting.receipt}
    reader.post("check_receipt", data=data)


def leaks(text, sitting):
    """What of the key stands in a text."""
    words = [
        RATIONALE,
        FEEDBACK,
        '"correct"',
        '"key"',
        '"truth"',
        '"right"',
        "is_right",
    ]
    words += [str(r) for r in ItemRevision.objects.values_list("public_id", flat=True)]
    words.append("fraction")
    return [word for word in words if word in text]


def test_no_response_of_a_sitting_holds_key_weight_or_score(
    signed_in, learner, examiner, secretive
):
    reader = Reader(signed_in(learner))

    sit(reader, secretive)
    version = mark_sitting(secretive, now=timezone.now())
    after(reader, secretive)

    assert len(reader.seen) > 50
    assert version is not None
    score = re.compile(rf"(?<![\d.]){version.points}(?![\d.])")
    for path, text in reader.seen:
        assert leaks(text, secretive) == [], path
        assert version.evidence_hash not in text, path
        assert not score.search(text), path
        assert "/report/" not in text or path.endswith("/report/"), path


def test_options_and_statements_stand_in_no_order_of_the_key(
    signed_in, learner, secretive
):
    """Right options are not marked by anything in the page around them."""
    reader = Reader(signed_in(learner))
    reader.post("open", secretive.public_id)
    page = reader.get("sitting", secretive.public_id).content.decode()

    right = {
        e["position"]: e["key"]["right"]
        for e in secretive.form.key["questions"]
        if "right" in e["key"]
    }
    for position, letters in right.items():
        choices = re.findall(
            rf'<input type="(?:radio|checkbox)" name="q{position}" value="([A-Z])"([^>]*)>',
            page,
        )
        assert len(choices) == 4
        assert len({rest for _letter, rest in choices}) == 1, (position, letters)


def test_after_release_the_score_is_shown_and_still_no_key(
    signed_in, learner, examiner, secretive
):
    reader = Reader(signed_in(learner))
    sit(reader, secretive)
    version = mark_sitting(secretive, now=timezone.now())
    release_sitting(secretive, by=examiner, now=timezone.now())
    reader.seen.clear()

    after(reader, secretive)

    assert any(str(version.points.normalize()) in text for _path, text in reader.seen)
    assert [
        leak for _path, text in reader.seen for leak in leaks(text, secretive)
    ] == []
