"""The gate in several server processes, under load, while officers are suspended."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import decern
import pytest

from credentials.enums import Act, Ground
from credentials.models import Permit
from credentials.services.keys import key_directory, rotate_keys
from tests.credentials.gate_world import (
    act_on,
    connect,
    issue,
    make_scheme,
    team_question,
    token_for,
)
from tests.gate_server import Load, ask, gate_processes

pytestmark = pytest.mark.race

SUSPENSIONS = 200
SCOPES = ("gate:evaluate", "gate:permit", "gate:explain")


@pytest.fixture
def world(committed_db, settings, person, county, city):
    """Servers of the demonstration look for keys in the usual directory."""
    before = set(key_directory().glob("*"))
    rotate_keys(now=datetime.now(tz=UTC))
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        issue(officer, scheme, city)
    application, secret = connect(county, *SCOPES, requests_per_minute=10**9)
    with gate_processes(committed_db) as port:
        yield people, port, token_for(application, secret)
    for made in set(key_directory().glob("*-g*.json")) - before:
        made.unlink()


def suspended_spans(held, times: int) -> list[tuple[float, float]]:
    """Suspends and reinstates; moments between which nobody may hear a yes."""
    chance = random.Random(11)  # noqa: S311 -- moments, not secrets
    spans = []
    for _ in range(times):
        time.sleep(chance.uniform(0, 0.02))
        act_on(held, Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)
        committed = time.monotonic()
        time.sleep(chance.uniform(0, 0.02))
        ending = time.monotonic()
        spans.append((committed, ending))
        act_on(held, Act.REINSTATED, Ground.MEASURES_COMPLETED)
    return spans


def test_no_process_says_yes_after_a_suspension_has_committed(world):
    people, port, token = world
    held = people[1].qualifications.get()
    with Load(port, token, team_question(*people)) as load:
        load.wait_for_yes()
        spans = suspended_spans(held, SUSPENSIONS)
        load.wait_for_yes()

    asked_meanwhile = [
        seen
        for seen in load.seen
        if any(committed < seen.sent < ending for committed, ending in spans)
    ]
    assert len(spans) == SUSPENSIONS
    assert asked_meanwhile
    assert [seen for seen in asked_meanwhile if seen.yes] == []


def test_no_process_grants_a_permit_after_a_suspension_has_committed(world):
    people, port, token = world
    held = people[1].qualifications.get()
    granted = []
    ended = []

    def demand(number: int) -> None:
        count = 0
        while not ended:
            count += 1
            question = team_question(*people)
            question["resource"]["id"] = f"case-{number}-{count}"
            seen = ask(
                port,
                token,
                question,
                "/gate/v1/permits",
                **{"Idempotency-Key": uuid4().hex},
            )
            if seen.status == 201:
                granted.append(seen)

    threads = [Thread(target=demand, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    spans = suspended_spans(held, SUSPENSIONS)
    act_on(held, Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)
    ended.append(True)
    for thread in threads:
        thread.join()

    wrong = [
        seen
        for seen in granted
        if any(committed < seen.sent < ending for committed, ending in spans)
    ]
    assert granted
    assert wrong == []
    assert Permit.objects.standing(datetime.now(tz=UTC)).count() == 0


def test_client_of_somebody_else_understands_the_answers(world):
    people, port, token = world
    client = decern.Client(f"http://127.0.0.1:{port}", token=token)

    def decide(question):
        return client.evaluate(
            question["subject"], question["action"], question["resource"]
        )

    team = decide(team_question(*people))
    alone = decide(team_question(people[0]))

    assert team.allowed
    assert team.context["reason"] == "qualified"
    assert not alone.allowed
    assert alone.context["reason"] == "team_below_quorum"
    with pytest.raises(decern.DecernError) as refused:
        decern.Client(f"http://127.0.0.1:{port}", token="x" * 40).evaluate(
            {"type": "officer", "id": "a"}, "read", {"type": "x", "id": "y"}
        )
    assert refused.value.status_code == 401
