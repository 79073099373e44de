"""Anything may be sent to the gate: it answers or refuses, and never stumbles."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.gate.application import GateApplication
from credentials.gate.openapi import openapi_document
from credentials.oauth import SCOPES
from credentials.services.keys import rotate_keys
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.gate_world import (
    connect,
    make_scheme,
    qualify,
    team_question,
    token_for,
)

pytestmark = pytest.mark.django_db

ENDPOINTS = [
    "evaluation",
    "evaluations",
    *(f"search/{n}" for n in ("subject", "action")),
]
ENDPOINTS.append("search/resource")
TOLERANT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
LETTERS = st.characters(codec="utf-8", exclude_characters="\0")
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
HARMLESS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(LETTERS, max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(LETTERS, max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture
def people(person, county, city):
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        qualify(officer, scheme, city)
    return people


@pytest.fixture
def caller(settings, tmp_path, county):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))
    application, secret = connect(county, *SCOPES, requests_per_minute=10**9)
    return AsgiClient(GateApplication(), token_for(application, secret))


def places_in(value, path=()):
    """The path of every member and element of a document."""
    yield path
    children = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        children = enumerate(value)
    for key, inner in children:
        yield from places_in(inner, (*path, key))


def sound(answer) -> bool:
    """A decision or a refusal, without a word about the inside."""
    return answer.status in (200, 400, 413) and b"Traceback" not in answer.body


@TOLERANT
@given(data=st.data(), endpoint=st.sampled_from(ENDPOINTS))
def test_a_question_with_any_part_replaced_is_answered_or_refused(
    caller, people, data, endpoint
):
    document = team_question(*people)
    place = data.draw(st.sampled_from(list(places_in(document))[1:]))
    target = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = data.draw(VALUE)

    answer = caller.post(f"/access/v1/{endpoint}", json.dumps(document).encode())

    assert sound(answer), (answer.status, answer.body)


@TOLERANT
@given(document=st.dictionaries(st.text(max_size=6), VALUE, max_size=4))
def test_any_object_is_answered_or_refused(caller, document):
    for endpoint in ENDPOINTS:
        assert sound(
            caller.post(f"/access/v1/{endpoint}", json.dumps(document).encode())
        )


@TOLERANT
@given(data=st.data())
def test_unknown_members_anywhere_never_change_the_decision(caller, people, data):
    question = team_question(*people[: data.draw(st.integers(1, 2))])
    plain = caller.post("/access/v1/evaluation", question).json
    changed = deepcopy(question)
    places = [
        place for place in places_in(changed) if isinstance(reach(changed, place), dict)
    ]
    target = reach(changed, data.draw(st.sampled_from(places)))
    name = "x_" + data.draw(st.text(LETTERS, max_size=6))
    target[name] = data.draw(HARMLESS)

    fuzzed = caller.post("/access/v1/evaluation", changed).json

    assert fuzzed["decision"] == plain["decision"]
    assert fuzzed["context"]["reason"] == plain["context"]["reason"]


def reach(document, place):
    for key in place:
        document = document[key]
    return document


SCHEMA = schemathesis.openapi.from_dict(openapi_document("http://127.0.0.1"))


@SCHEMA.parametrize()
@settings(parent=TOLERANT, max_examples=15)
def test_everything_in_the_reference_answers_as_documented(case, caller):
    query = urlencode(case.query or {}, doseq=True)
    path = case.formatted_path + (f"?{query}" if query else "")
    headers = {
        name.lower().replace("-", "_"): str(value)
        for name, value in (case.headers or {}).items()
        if str(value).isascii() and name.lower() != "authorization"
    }
    body = b""
    if isinstance(case.body, dict | list | str | int | float | bool):
        body = json.dumps(case.body).encode()

    answer = caller.request(
        case.method, path, body, **{"content_type": "application/json", **headers}
    )

    assert answer.status < 500, answer.body
    documented = {"405", *case.operation.definition.raw["responses"]}
    assert str(answer.status) in documented, (answer.status, answer.body)
    assert b"Traceback" not in answer.body
