"""Permits, the events that follow the ledger, and the feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from credentials.gate.application import GateApplication
from credentials.models import (
    DecisionRecord,
    GateEvent,
    GateState,
    LedgerEntry,
    Permit,
    Register,
)
from credentials.services.gate import publish_event
from credentials.services.keys import rotate_keys
from credentials.services.permits import follow_ledger
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.gate_world import (
    connect,
    make_scheme,
    qualify,
    suspend,
    team_question,
    token_for,
)

pytestmark = pytest.mark.django_db

PERMITS = "/gate/v1/permits"


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, db):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))


@pytest.fixture
def officers(person, county, city):
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        qualify(officer, scheme, city)
    return people


@pytest.fixture
def caller(county):
    application, secret = connect(
        county, "gate:permit", "gate:evaluate", "gate:explain", "events:read"
    )
    return AsgiClient(GateApplication(), token_for(application, secret))


def ask(caller, *officers, key="k1", **changes):
    return caller.post(
        PERMITS, team_question(*officers, **changes), idempotency_key=key
    )


def entry(act, officer, sequence=1):
    """A ledger entry as the register writes it, without its chain."""
    now = datetime.now(tz=UTC)
    written = LedgerEntry.objects.create(
        sequence=sequence,
        act=act,
        officer=officer.public_id,
        scheme="hazchem-emergency",
        effective_at=now,
        recorded_at=now,
        ground="procedure_violated",
        prev_hash="0" * 64,
        hash=f"{sequence:064d}",
    )
    follow_ledger(written, now=now)


def test_qualified_team_gets_a_permit_with_a_receipt(caller, officers):
    answer = ask(caller, *officers)

    assert answer.status == 201
    assert answer.json["context"]["receipt"]
    permit = Permit.objects.get()
    assert answer.json["permit"]["id"] == str(permit.public_id)
    assert permit.decision_id == answer.json["context"]["evaluation_id"]
    assert permit.members.count() == 2


def test_permit_ends_no_later_than_a_qualification(caller, officers):
    ends = datetime.now(tz=UTC) + timedelta(hours=1)
    officers[0].qualifications.update(valid_to=ends)

    ask(caller, *officers)

    assert Permit.objects.get().expires_at == ends


def test_unfit_team_gets_a_refusal_and_no_permit(caller, officers):
    suspend(officers[1].qualifications.get())

    answer = ask(caller, *officers)

    assert (answer.status, answer.json["decision"]) == (200, False)
    assert Permit.objects.count() == 0
    assert DecisionRecord.objects.count() == 1


def test_register_that_went_back_grants_nothing_and_freezes_the_gate(caller, officers):
    Register.objects.create(key="main", sequence=9, hash="0" * 64)
    assert ask(caller, *officers).status == 201
    Register.objects.update(sequence=8)

    restored = ask(caller, *officers, key="k2")
    Register.objects.update(sequence=9)
    again = ask(caller, *officers, key="k3")

    assert (restored.status, again.json["context"]["reason"]) == (503, "frozen")
    assert GateState.objects.get().frozen_reason == "revision_regression"
    assert Permit.objects.count() == 1


def test_retry_with_the_same_key_and_body_gives_the_same_permit(caller, officers):
    first, second = ask(caller, *officers), ask(caller, *officers)

    assert (first.status, first.json) == (second.status, second.json)
    assert (Permit.objects.count(), DecisionRecord.objects.count()) == (1, 1)


def test_same_key_with_another_body_is_422(caller, officers):
    ask(caller, *officers)

    assert ask(caller, *reversed(officers)).status == 422


def test_second_permit_for_the_same_team_is_409(caller, officers):
    ask(caller, *officers)

    assert ask(caller, *officers, key="k2").status == 409


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 129])
def test_permit_without_a_usable_key_is_400(caller, officers, key):
    assert ask(caller, *officers, key=key).status == 400


def test_past_question_never_yields_a_permit(caller, officers):
    question = team_question(*officers)
    question["action"]["name"] = "was_qualified"

    assert caller.post(PERMITS, question, idempotency_key="k").status == 400


def test_confirmation_on_arrival_asks_again(caller, officers):
    path = f"{PERMITS}/{ask(caller, *officers).json['permit']['id']}/confirm"

    confirmed = caller.post(path, {})
    suspend(officers[1].qualifications.get())
    refused = caller.post(path, {})

    assert confirmed.json["permit"]["confirmed_at"] is not None
    assert refused.json["decision"] is False


def test_another_team_than_the_permitted_one_is_refused_on_arrival(
    caller, officers, learner
):
    path = f"{PERMITS}/{ask(caller, *officers).json['permit']['id']}/confirm"
    members = team_question(officers[0], learner)["subject"]["properties"]["members"]

    assert caller.post(path, {"members": members}).status == 400


def test_withdrawn_permit_cannot_be_confirmed_and_frees_the_team(caller, officers):
    path = f"{PERMITS}/{ask(caller, *officers).json['permit']['id']}"

    withdrawn = caller.post(f"{path}/withdraw", {"reason": "postponed"})
    confirmed = caller.post(f"{path}/confirm", {})
    again = ask(caller, *officers, key="k2")

    assert withdrawn.json["permit"]["withdrawn_reason"] == "postponed"
    assert (confirmed.status, confirmed.json["error"]) == (409, "permit_ended")
    assert again.status == 201


@pytest.mark.parametrize("act", ["suspended", "revoked", "surrendered"])
def test_restricting_act_withdraws_the_permits_it_touches(caller, officers, act):
    permit = ask(caller, *officers).json["permit"]["id"]

    entry(act, officers[1])

    assert Permit.objects.get().withdrawn_reason == f"qualification_{act}"
    events = {event.type: event.data for event in GateEvent.objects.all()}
    assert events["permit.withdrawn"]["permit"] == permit
    assert events[f"qualification.{act}"]["affected_permits"] == [permit]


def test_act_on_somebody_else_leaves_the_permit(caller, officers, learner):
    ask(caller, *officers)

    entry("suspended", learner)

    assert Permit.objects.get().withdrawn_at is None


def test_permit_of_another_system_is_not_found(caller, officers, city):
    permit = ask(caller, *officers).json["permit"]["id"]
    application, secret = connect(city, "gate:permit")
    other = AsgiClient(GateApplication(), token_for(application, secret))

    assert other.get(f"{PERMITS}/{permit}").status == 404
    assert other.get(f"{PERMITS}/guess").status == 404


def test_decisions_are_found_by_officer_and_inspection(caller, officers, learner):
    ask(caller, *officers)
    found = caller.get(f"/gate/v1/decisions?officer={officers[0].public_id}").json
    none = caller.get(f"/gate/v1/decisions?officer={learner.public_id}").json

    assert [row["decision"] for row in found["decisions"]] == [True]
    assert none["decisions"] == []


def test_feed_is_gapless_and_resumes(caller):
    now = datetime.now(tz=UTC)
    for number in range(5):
        publish_event("qualification.updated", {"n": number}, now=now)

    first = caller.get("/events/v1?after=0&limit=4").json
    rest = caller.get(f"/events/v1?after={first['last']}").json
    sequences = [event["sequence"] for event in first["events"] + rest["events"]]

    assert sequences == list(range(1, len(sequences) + 1))
    assert caller.get(f"/events/v1?after={rest['last']}").json == {
        "events": [],
        "last": rest["last"],
    }


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=x", "after=1e9"])
def test_unreadable_feed_query_is_400(caller, query):
    assert caller.get(f"/events/v1?{query}").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/events/v1",
        "/gate/v1/decisions",
        "/gate/v1/permits/x",
        "/gate/v1/offline/policy",
        "/gate/v1/offline/credentials/x",
        "/gate/v1/webhooks",
    ],
)
def test_endpoint_needs_a_token_and_its_scope(path, county):
    application, secret = connect(county, "gate:history")
    scopeless = AsgiClient(GateApplication(), token_for(application, secret))

    assert AsgiClient(GateApplication()).get(path).status == 401
    assert scopeless.get(path).status == 403


def test_unknown_path_and_method(caller):
    assert caller.get("/gate/v1/guess").status == 404
    assert caller.request("DELETE", PERMITS, b"").status == 405
