"""The gate as connected systems meet it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken

from accounts.enums import Role
from credentials.enums import OrderKind
from credentials.gate.application import Gate
from credentials.models import (
    ConnectedApplication,
    DecisionRecord,
    GateState,
    Register,
)
from credentials.protocol.asgi import AuthZen
from credentials.services.gate import decision_digest, seal_decisions
from credentials.services.keys import rotate_keys
from credentials.services.orders import confirm_order, propose_order
from credentials.tokens import load_public_key, verify
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

ONE = "/access/v1/evaluation"
MANY = "/access/v1/evaluations"


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.GATE_KEY_DIR = str(tmp_path)


@pytest.fixture
def scheme(city):
    return make_scheme(city)


@pytest.fixture
def officers(person, county, scheme, city):
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        qualify(officer, scheme, city)
    return people


@pytest.fixture
def gate():
    return AuthZen(Gate())


def client_with(gate, organisation, *scopes, **fields):
    application, secret = connect(organisation, *scopes, **fields)
    return AsgiClient(gate, token_for(application, secret))


@pytest.fixture
def caller(gate, county):
    return client_with(gate, county, "gate:evaluate", "gate:explain")


def codes(answer):
    return [reason["code"] for reason in answer.json["context"]["reasons"]]


def test_qualified_team_may_open(caller, officers):
    answer = caller.post(ONE, team_question(*officers))

    assert (answer.status, answer.json["decision"]) == (200, True)
    context = answer.json["context"]
    assert context["reason"] == "qualified"
    assert context["revision"] == "r0"
    assert context["policy"].startswith("sha256:")
    assert context["valid_until"] > context["evaluated_at"]
    assert answer.headers["cache-control"] == "no-store"
    assert "r=599" in answer.headers["ratelimit"]


def test_suspension_changes_the_very_next_answer(caller, officers):
    first = caller.post(ONE, team_question(*officers))
    suspend(officers[1].qualifications.get())
    second = caller.post(ONE, team_question(*officers))

    assert (first.json["decision"], second.json["decision"]) == (True, False)
    assert codes(second) == ["qualification_suspended", "team_below_quorum"]
    assert second.json["context"]["reason"] == "team_below_quorum"
    assert second.json["context"]["reasons"][0]["subject"] == {
        "type": "officer",
        "id": str(officers[1].public_id),
    }


def test_one_officer_is_below_the_quorum(caller, officers):
    assert codes(caller.post(ONE, team_question(officers[0]))) == ["team_below_quorum"]


def test_single_officer_may_join(caller, officers):
    question = team_question(*officers)
    question["subject"] = {"type": "officer", "id": str(officers[0].public_id)}
    question["action"]["name"] = "join_inspection"

    assert caller.post(ONE, question).json["decision"] is True


def test_caller_without_explain_learns_nothing_about_people(gate, county, officers):
    suspend(officers[1].qualifications.get())
    caller = client_with(gate, county, "gate:evaluate")

    context = caller.post(ONE, team_question(*officers)).json["context"]

    assert context["reason"] == "not_qualified"
    assert "reasons" not in context
    assert str(officers[1].public_id) not in str(context)


def test_claims_about_standing_are_ignored(caller, officers):
    suspend(officers[1].qualifications.get())
    question = team_question(*officers)
    question["subject"]["properties"]["status"] = "active"
    question["subject"]["properties"]["members"][1]["qualification"] = "valid"

    assert caller.post(ONE, question).json["decision"] is False


def test_officer_of_no_record_is_unknown(caller, officers):
    question = team_question(*officers)
    question["subject"]["properties"]["members"][1]["id"] = "of-2002"

    assert codes(caller.post(ONE, question)) == ["unknown_subject", "team_below_quorum"]


def test_officer_who_left_is_not_in_post(caller, officers):
    officers[1].memberships.update(
        left_on=datetime.now(tz=UTC).date(), leave_reason="retired"
    )

    assert codes(caller.post(ONE, team_question(*officers)))[0] == "officer_not_in_post"


def test_caller_of_another_area_is_refused(gate, other_county, officers):
    caller = client_with(gate, other_county, "gate:evaluate", "gate:explain")

    assert codes(caller.post(ONE, team_question(*officers))) == [
        "client_not_authorised_for_division"
    ]


@pytest.mark.parametrize("token", ["", "guess-guess-guess"])
def test_without_a_good_token_is_401(gate, officers, token):
    answer = AsgiClient(gate, token).post(ONE, team_question(*officers))

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="gate"')


def test_expired_token_is_401(caller, officers):
    AccessToken.objects.update(expires=datetime.now(tz=UTC) - timedelta(seconds=1))

    assert caller.post(ONE, team_question(*officers)).status == 401


def test_token_without_the_scope_is_403(gate, county, officers):
    caller = client_with(gate, county, "events:read")

    assert caller.post(ONE, team_question(*officers)).status == 403


def test_scope_taken_from_the_application_ends_at_once(caller, officers):
    ConnectedApplication.objects.update(allowed_scopes=["gate:explain"])

    assert caller.post(ONE, team_question(*officers)).status == 403


def test_address_outside_the_list_is_403(gate, county, officers):
    caller = client_with(
        gate, county, "gate:evaluate", allowed_addresses=["10.0.0.0/8"]
    )

    assert caller.post(ONE, team_question(*officers)).status == 403


def test_rate_limit_is_429_with_headers(gate, county, officers):
    caller = client_with(gate, county, "gate:evaluate", requests_per_minute=2)
    answers = [caller.post(ONE, team_question(*officers)) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) <= 60


def test_bound_certificate_is_believed_only_from_the_proxy(
    gate, county, officers, settings
):
    caller = client_with(
        gate, county, "gate:evaluate", certificate_thumbprint="ab" * 32
    )
    question = team_question(*officers)

    forged = caller.post(ONE, question, x_client_cert_sha256="ab" * 32)
    settings.GATE_TRUSTED_PROXIES = ["127.0.0.1"]
    genuine = caller.post(ONE, question, x_client_cert_sha256="ab" * 32)
    other = caller.post(ONE, question, x_client_cert_sha256="cd" * 32)

    assert [a.status for a in (forged, genuine, other)] == [401, 200, 401]


def test_decision_is_in_the_log_with_its_digest(caller, officers):
    answer = caller.post(ONE, team_question(*officers), x_request_id="r-1")

    record = DecisionRecord.objects.get()
    assert record.evaluation_id == answer.json["context"]["evaluation_id"]
    assert (record.permitted, record.request_id) == (True, "r-1")
    assert record.digest == decision_digest(record.payload)
    assert {row.officer_id for row in record.subjects.all()} == {
        str(officer.public_id) for officer in officers
    }
    assert officers[0].name not in str(record.payload)


def test_log_refuses_change_and_removal(caller, officers):
    caller.post(ONE, team_question(*officers))

    for spoil in (
        lambda: DecisionRecord.objects.update(permitted=False),
        lambda: DecisionRecord.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def test_answer_is_503_when_the_log_cannot_be_written(caller, officers, monkeypatch):
    monkeypatch.setattr(
        "credentials.gate.fetching.log_decisions",
        lambda *_: (_ for _ in ()).throw(DatabaseError("disk full")),
    )

    answer = caller.post(ONE, team_question(*officers))

    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert b"true" not in answer.body


def test_seals_chain_the_settled_decisions(caller, officers):
    for _ in range(3):
        caller.post(ONE, team_question(*officers))
    later = datetime.now(tz=UTC) + timedelta(minutes=2)

    seal = seal_decisions(now=later)

    assert (seal.seq, seal.payload["count"]) == (1, 3)
    assert seal_decisions(now=later) is None


def test_batch_isolates_the_failing_item(caller, officers):
    question = team_question(*officers)
    answer = caller.post(
        MANY,
        {
            **question,
            "evaluations": [
                {},
                {"action": {"name": "guess"}},
                {"context": {"time": "now"}},
                {"resource": {"id": "x", "type": "inspection"}},
            ],
        },
    )

    assert [item["decision"] for item in answer.json["evaluations"]] == [
        True,
        False,
        False,
        False,
    ]
    assert [item["context"]["reason"] for item in answer.json["evaluations"][1:]] == [
        "action_unknown",
        "time_unparsable",
        "resource_incomplete",
    ]


def test_failure_inside_one_item_refuses_that_item(caller, officers, monkeypatch):
    monkeypatch.setattr("credentials.gate.policy.decide", lambda *_, **__: 1 / 0)

    answer = caller.post(ONE, team_question(*officers))

    assert (answer.status, answer.json["decision"]) == (200, False)
    assert answer.json["context"]["reason"] == "internal_error"


def test_receipt_is_signed_over_the_canonical_question(caller, officers, settings):
    key = rotate_keys(now=datetime.now(tz=UTC))
    answer = caller.post(ONE, team_question(*officers))

    claims = verify(
        answer.json["context"]["receipt"],
        typ="gate-receipt+jwt",
        keys={key.kid: load_public_key(key.public_jwk)},
    )
    assert claims["decision"] is True
    assert claims["jti"] == answer.json["context"]["evaluation_id"]
    assert (
        claims["req_sha256"] == DecisionRecord.objects.get().payload["request_sha256"]
    )


def test_fresher_revision_than_ours_is_503(caller, officers):
    question = team_question(*officers, context={"at_least_as_fresh": "r5"})

    assert caller.post(ONE, question).status == 503
    assert not GateState.objects.filter(frozen_at__isnull=False).exists()


def test_register_that_went_back_freezes_the_gate(gate, caller, officers):
    Register.objects.create(key="main", sequence=9, hash="0" * 64)
    assert caller.post(ONE, team_question(*officers)).status == 200
    Register.objects.update(sequence=8)

    restored = caller.post(ONE, team_question(*officers))
    Register.objects.update(sequence=9)
    frozen = caller.post(ONE, team_question(*officers))

    assert restored.status == 503
    assert codes(frozen) == ["frozen"]


def test_receipt_of_a_later_revision_proves_the_loss_and_freezes(caller, officers):
    rotate_keys(now=datetime.now(tz=UTC))
    Register.objects.create(key="main", sequence=9, hash="0" * 64)
    seen = caller.post(ONE, team_question(*officers)).json["context"]["receipt"]
    Register.objects.update(sequence=8)
    other_process = AsgiClient(AuthZen(Gate()), caller.token)
    context = {"at_least_as_fresh": "r9", "receipt_seen": seen}

    answer = other_process.post(ONE, team_question(*officers, context=context))

    assert answer.status == 503
    assert GateState.objects.get().frozen_reason == "revision_regression"


def test_reconciled_register_is_answered_from_in_every_process(gate, caller, officers):
    rotate_keys(now=datetime.now(tz=UTC))
    Register.objects.create(key="main", sequence=9, hash="0" * 64)
    other_process = AsgiClient(AuthZen(Gate()), caller.token)
    seen = caller.post(ONE, team_question(*officers)).json["context"]["receipt"]
    assert other_process.post(ONE, team_question(*officers)).status == 200
    Register.objects.update(sequence=8)
    assert caller.post(ONE, team_question(*officers)).status == 503

    call_command("gate_reconciled", stdout=StringIO())

    context = {"at_least_as_fresh": "r9", "receipt_seen": seen}
    witness = caller.post(ONE, team_question(*officers, context=context))
    for process in (caller, other_process):
        assert process.post(ONE, team_question(*officers)).json["decision"]
    assert witness.status == 503
    assert GateState.objects.get().frozen_at is None


def test_copy_from_before_a_reconciliation_still_freezes_the_gate(
    gate, caller, officers
):
    Register.objects.create(key="main", sequence=9, hash="0" * 64)
    assert caller.post(ONE, team_question(*officers)).status == 200
    call_command("gate_reconciled", stdout=StringIO())
    Register.objects.update(sequence=8)
    assert caller.post(ONE, team_question(*officers)).json["decision"]

    GateState.objects.update(reconciled_at=None)
    restored = AsgiClient(AuthZen(Gate()), caller.token)

    assert restored.post(ONE, team_question(*officers)).status == 503


def test_emergency_powers_open_nothing(caller, officers, person, city):
    now = datetime.now(tz=UTC)
    one, two = (person(f"c{n}", city, Role.CERTIFICATION_OFFICER) for n in (1, 2))
    powers = propose_order(
        OrderKind.EMERGENCY,
        organisation=city,
        purpose="爆炸事故",
        document="澜应急〔2026〕1号",
        hours=2,
        by=one,
        now=now,
    )
    confirm_order(powers, by=two, now=now)
    suspend(officers[1].qualifications.get())

    alone = caller.post(ONE, team_question(officers[0]))
    with_suspended = caller.post(ONE, team_question(*officers))

    assert codes(alone) == ["team_below_quorum"]
    assert codes(with_suspended) == ["qualification_suspended", "team_below_quorum"]


def test_search_finds_exactly_those_who_may_join(
    gate, county, officers, person, scheme, city
):
    suspend(officers[1].qualifications.get())
    caller = client_with(gate, county, "gate:search", "gate:evaluate")
    document = {
        "subject": {"type": "officer"},
        "action": {"name": "join_inspection", "properties": {"method": "focused"}},
        "resource": team_question()["resource"],
    }

    answer = caller.post("/access/v1/search/subject", document)

    assert answer.json["results"] == [
        {"type": "officer", "id": str(officers[0].public_id)}
    ]


def test_scope_search_lists_sector_method_and_area(gate, county, officers):
    caller = client_with(gate, county, "gate:search", divisions=["970000"])
    document = {
        "subject": {"type": "officer", "id": str(officers[0].public_id)},
        "action": {"name": "join_inspection"},
        "resource": {"type": "inspection_scope"},
    }

    found = caller.post("/access/v1/search/resource", document).json["results"]

    assert {"type": "inspection_scope", "id": "hazchem/focused/970100"} not in found
    assert all(entry["id"].startswith("hazchem/") for entry in found)


def test_action_search_lists_what_one_may_do(gate, county, officers):
    caller = client_with(gate, county, "gate:search")
    document = {
        "subject": {"type": "officer", "id": str(officers[0].public_id)},
        "resource": team_question()["resource"],
    }

    assert caller.post("/access/v1/search/action", document).json["results"] == [
        {"name": "join_inspection"}
    ]


def test_search_needs_its_scope(caller):
    document = {
        "subject": {"type": "officer"},
        "action": {"name": "join_inspection"},
        "resource": team_question()["resource"],
    }

    assert caller.post("/access/v1/search/subject", document).status == 403


def test_history_needs_its_scope(caller, officers):
    question = team_question(*officers)
    question["subject"] = {"type": "officer", "id": str(officers[0].public_id)}
    question["action"] = {"name": "was_qualified"}

    assert caller.post(ONE, question).status == 403


def test_queries_do_not_grow_with_the_team(
    caller, person, county, scheme, city, officers
):
    more = [person(f"officer_{n}", county) for n in range(4)]
    for officer in more:
        qualify(officer, scheme, city)

    counts = []
    for team in (officers, officers + more):
        caller.post(ONE, team_question(*team))
        with CaptureQueriesContext(connection) as captured:
            assert caller.post(ONE, team_question(*team)).json["decision"] is True
        counts.append(len(captured))

    assert counts[0] == counts[1]
