"""The console and the results: who looks, who acts, who releases."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.permissions import CODE_TIME_KEY
from exams.enums import SittingState
from exams.models import Session, SessionNote, Sitting, VoidProposal
from exams.services.results import mark_sitting, propose_void
from exams.services.sittings import (
    assign_sitting,
    open_sitting,
    prepare_session,
    submit_sitting,
)
from tests.exams.conftest import right_answers


@pytest.fixture
def room(session, ready):
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(
        opens_at=now - timedelta(minutes=5), closes_at=now + timedelta(hours=3)
    )
    sitting = Sitting.objects.select_related("session", "exam", "form").get(pk=ready.pk)
    open_sitting(sitting, now=now)
    session.refresh_from_db()
    return session


def url(name, session):
    return reverse(f"exams:{name}", args=[session.public_id])


def seat(room):
    return str(room.sittings.get().public_id)


LOOKING = ("console", "console_stream", "session_report")
JUDGING = ("results", "histogram")


@pytest.mark.parametrize("name", [*LOOKING, *JUDGING])
@pytest.mark.parametrize("who", ["learner", "stranger", "instructor"])
def test_room_does_not_exist_for_others(request, signed_in, room, name, who):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(url(name, room)).status_code == 404


@pytest.mark.parametrize("name", ["act", "outage", "release"])
@pytest.mark.parametrize("who", ["learner", "stranger", "auditor"])
def test_others_cannot_act(request, signed_in, room, name, who):
    client = signed_in(request.getfixturevalue(who))

    assert client.post(url(name, room)).status_code == 404


def test_looking_changes_nothing(signed_in, invigilator, room):
    sitting = room.sittings.get()
    before = list(sitting.events.values_list("hash", flat=True))

    page = signed_in(invigilator).get(url("console", room))

    assert page.status_code == 200
    assert list(sitting.events.values_list("hash", flat=True)) == before


def test_auditor_looks_but_has_no_buttons(signed_in, auditor, room):
    page = signed_in(auditor).get(url("console", room))

    assert (page.status_code, url("act", room) in page.text.split("</table>")[1]) == (
        200,
        False,
    )


def test_time_is_added_to_the_chosen(signed_in, invigilator, room):
    before = room.sittings.get().deadline

    signed_in(invigilator).post(
        url("act", room),
        {
            "action": "add_time",
            "seats": [seat(room)],
            "minutes": "5",
            "reason_add_time": "断线",
        },
    )

    assert room.sittings.get().deadline == before + timedelta(minutes=5)


def test_pause_and_resume_the_room(signed_in, invigilator, room):
    client = signed_in(invigilator)

    client.post(
        url("act", room), {"action": "pause", "everybody": "1", "reason": "停电"}
    )
    assert room.sittings.get().state == SittingState.PAUSED
    client.post(url("act", room), {"action": "resume", "everybody": "1"})
    assert room.sittings.get().state == SittingState.IN_PROGRESS


@pytest.mark.parametrize(
    "data",
    [
        {"action": "add_time", "minutes": "5"},
        {"action": "add_time", "minutes": "999", "reason": "x"},
        {"action": "pause"},
        {"action": "message", "text": " "},
        {"action": "explode"},
    ],
)
def test_deed_without_what_it_needs_changes_nothing(signed_in, invigilator, room, data):
    before = room.sittings.get().deadline

    signed_in(invigilator).post(url("act", room), data | {"seats": [seat(room)]})

    sitting = room.sittings.get()
    assert (sitting.deadline, sitting.state) == (before, SittingState.IN_PROGRESS)


def test_message_reaches_the_candidate(signed_in, invigilator, learner, room):
    signed_in(invigilator).post(
        url("act", room),
        {"action": "message", "everybody": "1", "text": "请保持安静"},
    )

    sitting = room.sittings.get()
    clock = signed_in(learner).get(reverse("exams:clock", args=[sitting.public_id]))
    assert [note["text"] for note in clock.json()["notes"]] == ["请保持安静"]
    assert SessionNote.objects.count() == 1


def test_void_is_proposed_by_one_and_confirmed_by_another(
    signed_in, invigilator, person, city, room
):
    second = person("second_invigilator", city, Role.INVIGILATOR)
    client = signed_in(invigilator)
    client.post(
        url("act", room),
        {"action": "void", "seats": [seat(room)], "reason_void": "替考"},
    )
    proposal = VoidProposal.objects.get()
    decide = reverse("exams:void_decision", args=[room.public_id, proposal.pk])

    client.post(decide, {"decision": "confirm"})
    assert room.sittings.get().state == SittingState.IN_PROGRESS
    signed_in(second).post(decide, {"decision": "confirm"})
    assert room.sittings.get().state == SittingState.VOID


def test_console_costs_the_same_for_one_and_three(
    signed_in,
    invigilator,
    room,
    stranger,
    organisation_admin,
    django_assert_num_queries,
):
    client = signed_in(invigilator)
    with CaptureQueriesContext(connection) as one:
        client.get(url("console", room))
    for person in (stranger, organisation_admin):
        assign_sitting(room, person, now=timezone.now())
    prepare_session(room, now=timezone.now())
    for sitting in room.sittings.filter(state=SittingState.READY).select_related(
        "session", "exam", "form"
    ):
        open_sitting(sitting, now=timezone.now())

    with django_assert_num_queries(len(one)):
        client.get(url("console", room))


def test_results_are_looked_at_and_released_by_a_person(
    signed_in, certifier, learner, room, save
):
    sitting = room.sittings.get()
    save(sitting, right_answers(sitting), at=timezone.now())
    submit_sitting(sitting, now=timezone.now())
    mark_sitting(sitting, now=timezone.now())
    client = signed_in(certifier)

    page = client.get(url("results", room))
    chart = client.get(url("histogram", room))
    client.post(url("release", room))

    assert (page.context["waiting"], b"<svg" in chart.content) == (1, True)
    assert room.sittings.get().state == SittingState.RELEASED


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("results.xlsx", b"PK"),
        ("results.csv", b"\xef\xbb\xbf"),
        ("results.json", b"{"),
        ("events.json", b"{"),
        ("events.csv", b"\xef\xbb\xbf"),
        ("events.xlsx", b"PK"),
    ],
)
def test_results_and_events_are_files(signed_in, certifier, room, kind, start):
    response = signed_in(certifier).get(
        reverse("exams:results_file", args=[room.public_id, kind])
    )

    assert (response.status_code, response.content[: len(start)]) == (200, start)


def test_event_file_names_nobody(signed_in, certifier, learner, room):
    response = signed_in(certifier).get(
        reverse("exams:results_file", args=[room.public_id, "events.json"])
    )

    assert learner.name not in response.text


def test_hand_over_sheet_is_a_pdf(signed_in, invigilator, room):
    response = signed_in(invigilator).get(url("session_report", room))

    assert response.content.startswith(b"%PDF")


@pytest.fixture
def long_ago(signed_in):
    """A client whose one-time code was entered twenty minutes ago."""

    def sign_in(user):
        client = signed_in(user)
        session = client.session
        session[CODE_TIME_KEY] = (timezone.now() - timedelta(minutes=20)).isoformat()
        session.save()
        return client

    return sign_in


def test_releasing_asks_for_a_recent_code(long_ago, certifier, room):
    sitting = room.sittings.get()
    submit_sitting(sitting, now=timezone.now())
    mark_sitting(sitting, now=timezone.now())

    response = long_ago(certifier).post(url("release", room))

    sitting.refresh_from_db()
    assert response["Location"].startswith(reverse("accounts:code"))
    assert sitting.state == SittingState.MARKED


def test_proposing_void_asks_for_none_and_takes_no_effect(long_ago, invigilator, room):
    data = {"action": "void", "seats": seat(room), "reason_void": "替考"}

    long_ago(invigilator).post(url("act", room), data)

    assert VoidProposal.objects.get().reason == "替考"
    assert room.sittings.get().state != SittingState.VOID


def test_confirming_void_asks_for_a_recent_code(
    long_ago, invigilator, person, city, room
):
    proposal = propose_void(
        room.sittings.get(), reason="替考", by=invigilator, now=timezone.now()
    )
    second = person("second", city, Role.INVIGILATOR)
    address = reverse("exams:void_decision", args=[room.public_id, proposal.pk])

    response = long_ago(second).post(address, {"decision": "confirm"})

    proposal.refresh_from_db()
    assert response["Location"].startswith(reverse("accounts:code"))
    assert proposal.decided_at is None
