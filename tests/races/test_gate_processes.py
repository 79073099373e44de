"""The gate in several server processes, under load, while officers are suspended.

A yes is wrong when it was asked and answered while a suspension held, when it rests on
a revision at which it held, or when it was asked after the commit and rests on an
earlier revision.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from uuid import uuid4

import decern
import pytest

from credentials.enums import Act, Ground
from credentials.models import Permit
from credentials.queries.register import head_sequence
from credentials.services.keys import key_directory, rotate_keys
from tests.credentials.gate_world import (
    act_on,
    connect,
    issue,
    make_scheme,
    team_question,
    token_for,
)
from tests.gate_server import Load, Seen, ask, gate_processes

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


@dataclass(frozen=True)
class Span:
    """One suspension: when and at which revision it held, until it was lifted."""

    committed: float
    suspended_at: int
    ending: float
    reinstated_at: int

    def forbids(self, seen: Seen) -> bool:
        """Whether this yes was decided while the suspension held, or on older rows."""
        asked_within = self.committed < seen.sent and seen.answered < self.ending
        read = int(seen.document["context"]["revision"].removeprefix("r"))
        read_within = self.suspended_at <= read < self.reinstated_at
        stale = seen.sent > self.committed and read < self.suspended_at
        return asked_within or read_within or stale


def suspend_and_reinstate(held, times: int) -> list[Span]:
    """Suspends and reinstates at random moments, every act in its own commit."""
    chance = random.Random(11)  # noqa: S311 -- moments, not secrets
    spans = []
    for _ in range(times):
        time.sleep(chance.uniform(0, 0.02))
        act_on(held, Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)
        committed, suspended_at = time.monotonic(), head_sequence()
        time.sleep(chance.uniform(0, 0.05))
        ending = time.monotonic()
        act_on(held, Act.REINSTATED, Ground.MEASURES_COMPLETED)
        spans.append(Span(committed, suspended_at, ending, head_sequence()))
    return spans


def within(asked: list[Seen], spans: list[Span]) -> list[Seen]:
    return [
        seen
        for seen in asked
        if any(span.committed < seen.sent < span.ending for span in spans)
    ]


def wrong(yeses: list[Seen], spans: list[Span]) -> list[Seen]:
    return [seen for seen in yeses if any(span.forbids(seen) for span in spans)]


def test_no_process_says_yes_after_a_suspension_has_committed(world, capsys):
    people, port, token = world
    held = people[1].qualifications.get()
    with Load(port, token, team_question(*people)) as load:
        load.wait_for_yes()
        spans = suspend_and_reinstate(held, SUSPENSIONS)
        load.wait_for_yes()

    yeses = [seen for seen in load.seen if seen.yes]
    asked_meanwhile = within(load.seen, spans)
    tell(capsys, "answers", load.seen, yeses, asked_meanwhile)
    assert len(spans) == SUSPENSIONS
    assert len(asked_meanwhile) > SUSPENSIONS / 4
    assert wrong(yeses, spans) == []


def test_no_process_grants_a_permit_after_a_suspension_has_committed(world, capsys):
    people, port, token = world
    held = people[1].qualifications.get()
    seen: list[Seen] = []
    ended = Event()

    def demand(number: int) -> None:
        for count in itertools.count():
            if ended.is_set():
                return
            question = team_question(*people)
            question["resource"]["id"] = f"case-{number}-{count}"
            key = {"Idempotency-Key": uuid4().hex}
            seen.append(ask(port, token, question, "/gate/v1/permits", **key))

    threads = [Thread(target=demand, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    spans = suspend_and_reinstate(held, SUSPENSIONS)
    act_on(held, Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)
    ended.set()
    for thread in threads:
        thread.join()

    granted = [answer for answer in seen if answer.status == 201]
    asked_meanwhile = within(seen, spans)
    tell(capsys, "permits", seen, granted, asked_meanwhile)
    assert granted
    assert asked_meanwhile
    assert wrong(granted, spans) == []
    assert Permit.objects.standing(datetime.now(tz=UTC)).count() == 0


def tell(capsys, what, asked, yeses, during) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{what}: {len(asked)} asked, {len(yeses)} yes, "
            f"{SUSPENSIONS} suspensions, {len(during)} asked meanwhile\n"
        )


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
