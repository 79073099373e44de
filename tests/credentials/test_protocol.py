"""N1-N19 of AuthZEN 1.0 and the public certification scenario, case by case.

docs/connect/conformance.md says which test covers which requirement.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.protocol.asgi import AuthZen
from credentials.protocol.decode import MAXIMUM_BYTES, decode_object
from credentials.protocol.errors import ProtocolError
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.certification import BASE_URL, CertificationBackEnd

ONE = "/access/v1/evaluation"
MANY = "/access/v1/evaluations"
SEARCH = "/access/v1/search/"

ALICE = {"type": "user", "id": "alice"}
BOB = {"type": "user", "id": "bob"}
ADMIN = {**BOB, "properties": {"role": "admin"}}
FIRST = {"type": "record", "id": "record-1"}
SECOND = {"type": "record", "id": "record-2"}
ARCHIVED = {**SECOND, "properties": {"status": "archived"}}
READ = {"name": "read"}
WRITE = {"name": "write"}


def ask(subject, action, resource, **more):
    return {"subject": subject, "action": action, "resource": resource, **more}


@pytest.fixture
def client():
    return AsgiClient(AuthZen(CertificationBackEnd()))


@pytest.mark.parametrize(
    ("document", "decision"),
    [
        pytest.param(ask(ALICE, READ, FIRST), True, id="2.2.1"),
        pytest.param(ask(BOB, WRITE, FIRST), False, id="2.2.2"),
        pytest.param(
            ask(ALICE, READ, FIRST, context={"time": "2025-06-27T18:03-07:00"}),
            True,
            id="2.2.3",
        ),
        pytest.param(ask(ALICE, WRITE, ARCHIVED), False, id="2.2.4"),
        pytest.param(ask(ADMIN, WRITE, ARCHIVED), True, id="2.2.5"),
        pytest.param(
            ask(ALICE, {"name": "delete", "properties": {"soft": True}}, FIRST),
            True,
            id="2.2.6",
        ),
        pytest.param(
            ask(ALICE, {"name": "delete", "properties": {"soft": False}}, FIRST),
            False,
            id="2.2.7",
        ),
        pytest.param(
            ask(
                {**ALICE, "properties": {"department": "Sales", "role": "manager"}},
                {**READ, "properties": {"method": "GET"}},
                {**FIRST, "properties": {"status": "active", "owner": "bob"}},
            ),
            True,
            id="2.2.8",
        ),
        pytest.param(
            ask(ALICE, READ, FIRST, foo="bar", futureField={"nested": True}),
            True,
            id="2.2.9",
        ),
    ],
)
def test_fixture_decision_is_answered_with_200(client, document, decision):
    answer = client.post(ONE, document)

    assert (answer.status, answer.json) == (200, {"decision": decision})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "document",
    [
        {"action": READ, "resource": FIRST},
        {"subject": ALICE, "resource": FIRST},
        {"subject": ALICE, "action": READ},
        ask({"id": "alice"}, READ, FIRST),
        ask({"type": "user"}, READ, FIRST),
        ask(ALICE, {}, FIRST),
        ask(ALICE, READ, {"id": "record-1"}),
        ask(ALICE, READ, {"type": "record"}),
        ask("alice", READ, FIRST),
        ask(ALICE, {"name": 123}, FIRST),
        ask({"type": "user", "id": 1001}, READ, FIRST),
        ask({"type": "user", "id": ["alice"]}, READ, FIRST),
        ask({**ALICE, "properties": []}, READ, FIRST),
        ask(ALICE, READ, FIRST, context="now"),
        ask(ALICE, READ, FIRST, context=None),
        [],
        "alice",
        None,
    ],
)
def test_incomplete_or_wrongly_typed_question_is_400(client, document):
    answer = client.post(ONE, document)

    assert answer.status == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"alice" not in answer.body


GOOD = json.dumps(ask(ALICE, READ, FIRST)).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + GOOD,
        GOOD + b"x",
        GOOD[:-1] + b',"subject":{"type":"user","id":"bob"}}',
        GOOD[:-1] + b',"n":NaN}',
        GOOD[:-1] + b',"n":-Infinity}',
        GOOD[:-1] + b',"n":1e999}',
        GOOD[:-1] + b',"n":9007199254740993}',
        GOOD[:-1] + b',"n":' + b"9" * 5000 + b"}",
        GOOD[:-1] + b',"s":"\\ud800"}',
        GOOD[:-1] + b',"\\udfff":1}',
        GOOD[:-1] + b',"s":"a\\u0000"}',
        GOOD[:-1] + b',"s":"a\nb"}',
        GOOD[:-1] + b',"d":' + b"[" * 40 + b"]" * 40 + b"}",
        GOOD[:-1] + b',"d":' + b"[" * 20000 + b"]" * 20000 + b"}",
    ],
)
def test_malformed_body_is_400(client, body):
    assert client.post(ONE, body).status == 400


def test_body_beyond_the_limit_is_413(client):
    assert client.post(ONE, b" " * (MAXIMUM_BYTES + 1)).status == 413


def test_declared_length_beyond_the_limit_is_413(client):
    assert client.post(ONE, GOOD, content_length="99999999").status == 413


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/jsonx", "application/json; charset=gbk"],
)
def test_other_content_type_is_400(client, content_type):
    assert client.post(ONE, GOOD, content_type=content_type).status == 400


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8"]
)
def test_json_content_type_is_taken(client, content_type):
    assert client.post(ONE, GOOD, content_type=content_type).status == 200


def test_other_method_is_405(client):
    assert client.get(ONE).status == 405


def test_request_id_is_echoed_unchanged(client):
    answer = client.post(ONE, GOOD, x_request_id="6f0d-2f0e/ABC=")

    assert answer.headers["x-request-id"] == "6f0d-2f0e/ABC="


def test_request_id_is_echoed_on_errors_too(client):
    assert client.post(ONE, b"{", x_request_id="r1").headers["x-request-id"] == "r1"


@pytest.mark.parametrize("value", ["a b", "x" * 129, "a\r\nSet-Cookie: x", ""])
def test_unusable_request_id_is_400_and_not_echoed(client, value):
    answer = client.post(ONE, GOOD, x_request_id=value)

    assert answer.status == 400
    assert answer.headers["x-request-id"] != value


def test_missing_request_id_does_not_fail(client):
    assert client.post(ONE, GOOD).status == 200


def test_repeated_request_gives_the_same_decision(client):
    assert {client.post(ONE, GOOD).body for _ in range(5)} == {b'{"decision":true}'}


def decisions(answer):
    return [item["decision"] for item in answer.json["evaluations"]]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {
                "subject": BOB,
                "resource": FIRST,
                "evaluations": [{"action": READ}, {"action": WRITE}],
            },
            [True, False],
            id="3.2.2",
        ),
        pytest.param(
            {
                "subject": ALICE,
                "action": WRITE,
                "evaluations": [
                    {"resource": {**FIRST, "properties": {"status": "active"}}},
                    {"resource": ARCHIVED},
                ],
            },
            [True, False],
            id="3.2.3",
        ),
        pytest.param(
            {
                "action": WRITE,
                "resource": ARCHIVED,
                "evaluations": [{"subject": ALICE}, {"subject": ADMIN}],
            },
            [False, True],
            id="3.2.4",
        ),
        pytest.param(
            {"evaluations": [ask(ALICE, READ, FIRST), ask(BOB, WRITE, FIRST)]},
            [True, False],
            id="3.2.5",
        ),
        pytest.param(
            {
                "subject": ALICE,
                "action": READ,
                "context": {"time": "2025-06-27T18:03-07:00"},
                "evaluations": [
                    {"resource": FIRST},
                    {"resource": SECOND, "context": {"source": "batch-override"}},
                ],
            },
            [True, True],
            id="3.2.6",
        ),
        pytest.param(
            {
                "subject": ALICE,
                "action": WRITE,
                "resource": {"type": "record"},
                "evaluations": [
                    {
                        "resource": {
                            "id": "record-1",
                            "properties": {"status": "active"},
                        }
                    },
                    {"resource": ARCHIVED},
                ],
            },
            [True, False],
            id="3.2.7",
        ),
        pytest.param(
            {
                "subject": ALICE,
                "action": READ,
                "evaluations": [{"resource": FIRST}, {}, 7, {"resource": "record-1"}],
            },
            [True, False, False, False],
            id="3.4.1",
        ),
    ],
)
def test_batch_answers_each_item_in_order(client, document, expected):
    answer = client.post(MANY, document)

    assert (answer.status, decisions(answer)) == (200, expected)
    assert "decision" not in answer.json


def test_batch_defaults_replace_whole_members_and_never_merge_properties(client):
    document = {
        "subject": ADMIN,
        "action": WRITE,
        "resource": ARCHIVED,
        "evaluations": [{"resource": FIRST}],
    }

    assert decisions(client.post(MANY, document)) == [False]


@pytest.mark.parametrize("more", [{}, {"evaluations": []}])
def test_batch_without_items_is_a_single_question(client, more):
    answer = client.post(MANY, ask(ALICE, READ, FIRST, **more))

    assert (answer.status, answer.json) == (200, {"decision": True})


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_batch_stops_as_its_semantic_says(client, semantic, expected):
    document = {
        "resource": FIRST,
        "options": {"evaluations_semantic": semantic},
        "evaluations": [
            {"subject": ALICE, "action": READ},
            {"subject": BOB, "action": WRITE},
            {"subject": BOB, "action": READ},
        ],
    }

    assert decisions(client.post(MANY, document)) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"evaluations": {}},
        {"evaluations": [{}] * 101},
        {"evaluations": [{}], "options": {"evaluations_semantic": "guess"}},
        {"evaluations": [{}], "options": {"evaluations_semantic": []}},
        {"evaluations": [{}], "options": 1},
        {"evaluations": [{}], "subject": "alice"},
        {"evaluations": [], "subject": ALICE},
    ],
)
def test_unreadable_batch_is_400(client, document):
    assert client.post(MANY, document).status == 400


def found(answer):
    return [item.get("id", item.get("name")) for item in answer.json["results"]]


@pytest.mark.parametrize(
    ("wanted", "document", "expected"),
    [
        pytest.param(
            "subject", ask({"type": "user"}, READ, FIRST), ["alice", "bob"], id="4.2.1"
        ),
        pytest.param(
            "subject",
            ask({"type": "user"}, READ, FIRST, context={"ip": "::1"}),
            ["alice", "bob"],
            id="4.2.2",
        ),
        pytest.param(
            "subject", ask(ALICE, READ, FIRST), ["alice", "bob"], id="4.2.3-ignored"
        ),
        pytest.param(
            "subject", ask({"type": "user"}, WRITE, ARCHIVED), ["bob"], id="4.2.4"
        ),
        pytest.param(
            "resource",
            ask(ALICE, READ, {"type": "record"}),
            ["record-1", "record-2"],
            id="4.3.1",
        ),
        pytest.param(
            "resource", ask(ADMIN, WRITE, {"type": "record"}), ["record-2"], id="4.3.3"
        ),
        pytest.param(
            "action",
            {"subject": ALICE, "resource": FIRST},
            ["read", "write"],
            id="4.4.1",
        ),
        pytest.param(
            "action",
            {"subject": ALICE, "resource": FIRST, "context": {"a": 1}},
            ["read", "write"],
            id="4.4.2",
        ),
        pytest.param(
            "action",
            {"subject": ADMIN, "resource": ARCHIVED},
            ["read", "write"],
            id="4.4.3",
        ),
        pytest.param(
            "action",
            {"subject": {"type": "user", "id": "nobody"}, "resource": FIRST},
            [],
            id="4.6.1",
        ),
        pytest.param(
            "subject", ask({"type": "spaceship"}, READ, FIRST), [], id="4.6.2"
        ),
    ],
)
def test_search_lists_what_evaluation_permits(client, wanted, document, expected):
    answer = client.post(SEARCH + wanted, document)

    assert (answer.status, found(answer)) == (200, expected)
    assert answer.json["page"]["next_token"] == ""


@pytest.mark.parametrize(
    ("wanted", "document"),
    [
        ("subject", {"subject": {"type": "user"}, "resource": FIRST}),
        ("resource", {"action": READ, "resource": {"type": "record"}}),
        ("action", {"subject": ALICE}),
        ("subject", ask({"type": "user"}, READ, {"type": "record"})),
        ("resource", ask({"type": "user"}, READ, {"type": "record"})),
        ("subject", ask({"type": "user"}, READ, FIRST, page=1)),
        ("subject", ask({"type": "user"}, READ, FIRST, page={"limit": 0})),
        ("subject", ask({"type": "user"}, READ, FIRST, page={"limit": True})),
        ("subject", ask({"type": "user"}, READ, FIRST, page={"token": 1})),
        ("subject", ask({"type": "user"}, READ, FIRST, page={"token": "!"})),
        ("subject", ask({"type": "user"}, READ, FIRST, page={"token": "AAAA"})),
    ],
)
def test_unreadable_search_is_400(client, wanted, document):
    assert client.post(SEARCH + wanted, document).status == 400


def first_page(client):
    document = ask({"type": "user"}, READ, FIRST, page={"limit": 1})
    return client.post(SEARCH + "subject", document)


def test_partial_result_carries_a_token_and_the_last_page_an_empty_one(client):
    one = first_page(client)
    token = one.json["page"]["next_token"]

    two = client.post(
        SEARCH + "subject", ask({"type": "user"}, READ, FIRST, page={"token": token})
    )

    assert (found(one), bool(token)) == (["alice"], True)
    assert (found(two), two.json["page"]["next_token"]) == (["bob"], "")


def test_page_token_of_another_search_is_400(client):
    token = first_page(client).json["page"]["next_token"]
    document = ask({"type": "user"}, WRITE, FIRST, page={"token": token})

    assert client.post(SEARCH + "subject", document).status == 400


def test_page_token_of_an_older_state_is_400():
    backend = CertificationBackEnd()
    client = AsgiClient(AuthZen(backend))
    token = first_page(client).json["page"]["next_token"]
    backend.policy.state = "2"

    document = ask({"type": "user"}, READ, FIRST, page={"token": token})

    assert client.post(SEARCH + "subject", document).status == 400


def test_metadata_names_the_endpoints_and_is_revalidated_by_etag(client):
    answer = client.get("/.well-known/authzen-configuration")
    again = client.get(
        "/.well-known/authzen-configuration", if_none_match=answer.headers["etag"]
    )

    assert answer.json["policy_decision_point"] == BASE_URL
    assert answer.json["access_evaluation_endpoint"] == BASE_URL + ONE
    assert None not in answer.json.values()
    assert (again.status, again.body) == (304, b"")


def test_unknown_path_is_404(client):
    assert client.post("/access/v1/guess", {}).status == 404


LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(LETTERS, max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(LETTERS, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(document=JSON, path=st.sampled_from([ONE, MANY, SEARCH + "subject"]))
def test_any_json_is_answered_without_a_server_error(document, path):
    client = AsgiClient(AuthZen(CertificationBackEnd()))

    assert client.post(path, document).status in (200, 400)


def decoding_status(body):
    try:
        decode_object(body)
    except ProtocolError as error:
        return error.status
    return 200


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=60))
def test_any_bytes_decode_or_are_refused(body):
    assert decoding_status(body) in (200, 400)


@settings(max_examples=200, deadline=None)
@given(
    extra=st.dictionaries(st.text(LETTERS, min_size=6, max_size=9), JSON, max_size=3),
    where=st.sampled_from(["", "subject", "action", "resource"]),
)
def test_unknown_members_never_change_the_decision(extra, where):
    client = AsgiClient(AuthZen(CertificationBackEnd()))
    document = json.loads(GOOD)
    target = document[where] if where else document
    added = {
        key: value
        for key, value in extra.items()
        if key not in ("subject", "action", "resource", "context", "properties")
    }
    target.update(added)

    assert client.post(ONE, document).json == {"decision": True}
