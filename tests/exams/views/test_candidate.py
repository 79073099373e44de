"""The candidate's pages: who may see them, and what never leaves the server."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.enums import SittingState
from exams.models import Exam, Form, Session, Sitting
from exams.services.papers import seal_of
from exams.services.requests import ask_for_time
from exams.services.results import mark_sitting, release_sitting
from exams.services.sittings import (
    current_answers,
    open_sitting,
    submit_sitting,
)
from tests.exams.conftest import right_answers

PAGES = ("sitting", "clock", "receipt", "report", "ticket")
DEEDS = ("open", "events", "submit")


@pytest.fixture
def today(session):
    """The session is open in real time, because views read the clock."""
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(
        opens_at=now - timedelta(minutes=5), closes_at=now + timedelta(hours=3)
    )
    session.refresh_from_db()
    return now


@pytest.fixture
def live(today, ready):
    sitting = Sitting.objects.select_related("session", "exam", "form").get(pk=ready.pk)
    return open_sitting(sitting, now=today)


def url(name, sitting):
    return reverse(f"exams:{name}", args=[sitting.public_id])


def post_events(client, sitting, events, device="a"):
    return client.post(
        url("events", sitting),
        json.dumps({"client": device, "known": 1, "events": events}),
        content_type="application/json",
    )


@pytest.mark.parametrize("name", [*PAGES, *DEEDS])
def test_anonymous_is_sent_to_sign_in(client, live, name):
    call = client.post if name in DEEDS else client.get

    response = call(url(name, live))

    assert (response.status_code, "sign-in" in response.url) == (302, True)


@pytest.mark.parametrize("name", [*PAGES, *DEEDS])
def test_sitting_of_another_does_not_exist(signed_in, stranger, live, name):
    client = signed_in(stranger)
    if name == "events":
        response = post_events(client, live, [])
    else:
        call = client.post if name in DEEDS else client.get
        response = call(url(name, live))

    assert response.status_code == 404


@pytest.mark.parametrize("name", ["sitting", "open", "submit", "events"])
def test_exam_needs_a_one_time_code(signed_in, learner, live, name):
    client = signed_in(learner, verified=False)
    call = client.post if name in DEEDS else client.get

    response = call(url(name, live))

    assert (response.status_code, "/accounts/code" in response.url) == (302, True)


def test_start_page_lets_start_and_starting_shows_the_paper(
    signed_in, learner, today, ready
):
    client = signed_in(learner)

    assert url("open", ready) in client.get(url("sitting", ready)).text
    client.post(url("open", ready))

    page = client.get(url("sitting", ready))
    assert page.text.count("data-question=") == 9


def test_looking_at_the_paper_changes_nothing(signed_in, learner, live):
    client = signed_in(learner)
    before = list(live.events.values_list("hash", flat=True))

    client.get(url("sitting", live))
    client.get(reverse("exams:list"))

    assert list(live.events.values_list("hash", flat=True)) == before


def test_batch_is_acknowledged_with_the_servers_time(signed_in, learner, live):
    client = signed_in(learner)

    response = post_events(
        client, live, [{"n": 1, "kind": "answered", "q": 1, "a": ["A"], "at": ""}]
    )

    saved = response.json()
    assert (response.status_code, saved["ack"], saved["head"]) == (200, 1, 2)
    assert current_answers(live).answers == {1: ["A"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("no json", 400),
        ("{}", 400),
        ('{"client": "a", "events": [{"n": 1, "kind": "answered"}]}', 400),
        ('{"client": "a", "events": 5}', 400),
        ('{"client": "", "events": []}', 400),
    ],
)
def test_malformed_batch_is_refused_in_words(signed_in, learner, live, body, status):
    response = signed_in(learner).post(
        url("events", live), body, content_type="application/json"
    )

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_closed_sitting_answers_conflict_and_shows_the_receipt(
    signed_in, learner, live, today
):
    client = signed_in(learner)
    client.post(url("submit", live), {"journal": "[]", "end": "1"})
    event = {"n": 1, "kind": "answered", "q": 1, "a": ["A"], "at": ""}

    assert post_events(client, live, [event]).status_code == 409
    page = client.get(url("receipt", live))
    live.refresh_from_db()
    assert live.receipt in page.text


def test_handing_in_takes_the_rest_of_the_journal_along(signed_in, learner, live):
    journal = [
        {
            "client": "a",
            "events": [{"n": 1, "kind": "answered", "q": 2, "a": ["B"], "at": ""}],
        }
    ]

    signed_in(learner).post(
        url("submit", live), {"journal": json.dumps(journal), "end": "1"}
    )

    assert current_answers(live).answers == {2: ["B"]}


def test_paper_works_without_any_script(signed_in, learner, live):
    client = signed_in(learner)
    choice = next(
        q["position"]
        for q in live.form.content["questions"]
        if q["type"] == "multiple_choice"
    )

    client.post(
        url("submit", live), {"journal": "", "save": "1", f"q{choice}": ["A", "C"]}
    )
    assert current_answers(live).answers == {choice: ["A", "C"]}
    client.post(url("submit", live), {"journal": "", "end": "1"})

    live.refresh_from_db()
    assert live.state in (SittingState.SUBMITTED, SittingState.MARKED)
    assert current_answers(live).answers == {}


def without_noise(text):
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    text = re.sub(r'"head": ?\d+', "", text)
    return re.sub(r'"(now|saved_at|at)": ?"[^"]+"|datetime="[^"]+"', "", text)


def every_response(client, sitting, n):
    """What the browser receives in this state of the sitting, as one text."""
    texts = [
        client.get(url(name, sitting), follow=True).text
        for name in ("sitting", "clock", "receipt", "report")
    ]
    texts.append(client.get(reverse("exams:list")).text)
    texts.append(client.get(reverse("exams:practice")).text)
    event = {"n": n, "kind": "answered", "q": 1, "a": ["A"], "at": ""}
    texts.append(post_events(client, sitting, [event]).text)
    return without_noise("".join(texts))


def with_other_key(form):
    """The same paper to look at, with every key turned round."""
    key = json.loads(json.dumps(form.key))
    for entry in key["questions"]:
        inner = entry["key"]
        if "truth" in inner:
            inner["truth"] = not inner["truth"]
        else:
            inner["right"] = ["D"]
        entry["aspect"] = "supplies"
    return Form.objects.create(
        exam=form.exam,
        number=form.number + 100,
        seed=form.seed,
        content=form.content,
        key=key,
        seal=seal_of(form.content, key),
        sealed_at=form.sealed_at,
    )


def test_nothing_a_candidate_receives_depends_on_the_key(signed_in, learner, live):
    client = signed_in(learner)
    post_events(
        client, live, [{"n": 1, "kind": "answered", "q": 1, "a": ["A"], "at": ""}]
    )
    every_response(client, live, 2)
    seen = every_response(client, live, 2)

    live.form = with_other_key(live.form)
    live.save(update_fields=["form"])

    assert every_response(client, live, 2) == seen


def test_nothing_a_candidate_receives_depends_on_an_unreleased_score(
    signed_in, learner, live, save, examiner
):
    client = signed_in(learner)
    answers = right_answers(live)
    save(live, answers, at=timezone.now())
    submit_sitting(live, now=timezone.now())
    every_response(client, live, 50)
    before = every_response(client, live, 50)

    mark_sitting(live, now=timezone.now())
    live.refresh_from_db()
    assert live.score_versions.get().points == 16

    after = every_response(client, live, 50)
    assert after.replace("marked", "submitted") == before.replace("marked", "submitted")
    release_sitting(live, by=examiner, now=timezone.now())
    assert "16" in client.get(url("report", live)).text


def test_pages_hold_no_word_of_explanation_or_source(signed_in, learner, live, bank):
    text = every_response(signed_in(learner), live, 2)

    hidden = [bank[0].live_revision.rationale, "YJTL", "correct", "evidence"]
    assert [word for word in hidden if word in text] == []


def test_list_costs_the_same_for_one_and_three_sittings(
    signed_in, learner, live, exam, today, django_assert_max_num_queries
):
    client = signed_in(learner)
    exam.attempts = 5
    exam.save()
    submit_sitting(live, now=timezone.now())
    with django_assert_max_num_queries(12):
        client.get(reverse("exams:list"))
    for n in (2, 3):
        Sitting.objects.create(
            exam=exam,
            session=Session.objects.create(
                exam=exam,
                title=str(n),
                opens_at=today,
                closes_at=today + timedelta(hours=1),
            ),
            candidate=learner,
            attempt=n,
            admission_number=f"x{n}",
        )

    with django_assert_max_num_queries(12):
        client.get(reverse("exams:list"))


def test_receipt_is_checked_by_anybody(client, live, save):
    save(live, {1: ["A"]}, at=timezone.now())
    closed = submit_sitting(live, now=timezone.now())
    form = {"admission_number": closed.admission_number, "receipt": closed.receipt}

    good = client.post(reverse("exams:check_receipt"), form)
    bad = client.post(reverse("exams:check_receipt"), form | {"receipt": "0" * 64})

    assert (good.context["is_genuine"], bad.context["is_genuine"]) == (True, False)
    assert closed.candidate.name not in good.text


def test_admission_ticket_is_a_pdf(signed_in, learner, today, ready):
    response = signed_in(learner).get(url("ticket", ready))

    assert response.content.startswith(b"%PDF")


@pytest.mark.parametrize("allowed", [True, False])
def test_calculator_and_law_only_where_the_exam_allows(
    signed_in, learner, live, allowed
):
    Exam.objects.filter(pk=live.exam_id).update(
        allows_calculator=allowed, allows_law_library=allowed
    )

    page = signed_in(learner).get(reverse("exams:sitting", args=[live.public_id])).text

    assert ("data-calculator" in page) is allowed
    assert ("calculator.js" in page) is allowed
    assert ('target="_blank"' in page) is allowed


def test_candidate_asks_for_time_and_the_invigilator_grants_it(
    signed_in, learner, invigilator, live
):
    client = signed_in(learner)
    client.post(
        reverse("exams:ask_time", args=[live.public_id]),
        {"minutes": 15, "reason": "左手骨折"},
    )
    asked = live.time_requests.get()
    page = client.get(reverse("exams:sitting", args=[live.public_id]))
    console = signed_in(invigilator).get(
        reverse("exams:console", args=[live.session.public_id])
    )

    signed_in(invigilator).post(
        reverse("exams:time_decision", args=[live.session.public_id, asked.pk]),
        {"minutes": 15},
    )

    before = live.deadline
    live.refresh_from_db()
    assert page.context["asked"] == asked
    assert "左手骨折" in console.text
    assert live.deadline == before + timedelta(minutes=15)


def test_only_the_invigilator_decides_about_time(
    signed_in, learner, stranger, live, today
):
    asked = ask_for_time(live, 15, reason="x", now=today)
    address = reverse("exams:time_decision", args=[live.session.public_id, asked.pk])

    for who in (learner, stranger):
        assert signed_in(who).post(address, {"minutes": 15}).status_code == 404
