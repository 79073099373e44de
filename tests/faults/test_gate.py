"""What may go wrong around the gate: counts of a wrong yes and of lost events are 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.db import connection

from credentials.enums import Act, Ground
from credentials.gate.desk import Desk, Job
from credentials.models import GateEvent, Qualification
from credentials.protocol.asgi import Request
from credentials.protocol.operations import parse_operation
from credentials.services.gate import publish_event
from credentials.services.keys import rotate_keys
from credentials.services.webhooks import create_endpoint, deliver_due
from tests.credentials.gate_world import (
    act_on,
    connect,
    issue,
    make_scheme,
    team_question,
    token_for,
)
from tests.faults.own_postgres import own_postgres, pointed_at
from tests.gate_server import Load, ask, gate_processes
from tests.server import ROOT

pytestmark = pytest.mark.faults

ONE = "/access/v1/evaluation"


class World:
    """A fit team and a token, in the database of the test."""

    def __init__(self, people, token) -> None:
        self.officers, self.token = people, token
        self.question = team_question(*people)

    def serve(self):
        """One answer of a desk in this process."""
        sent = {b"authorization": f"Bearer {self.token}".encode()}
        request = Request("POST", ONE, "", sent, "127.0.0.1", self.question)
        operation = parse_operation("evaluation", self.question)
        (answer,) = Desk().serve([Job(request, self.token, operation, None)])
        return answer


@pytest.fixture
def world(committed_db, settings, tmp_path, person, county, city):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test-faults")
    settings.GATE_KEY_DIR = str(tmp_path / "keys")
    rotate_keys(now=datetime.now(tz=UTC))
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        issue(officer, scheme, city)
    application, secret = connect(
        county,
        "gate:evaluate",
        "gate:explain",
        "events:read",
        requests_per_minute=10**9,
    )
    return World(people, token_for(application, secret))


@pytest.fixture
def own(world, committed_db):
    connection.close()
    with own_postgres(committed_db) as server:
        yield server


def test_database_gone_means_no_answer_and_no_lost_record(world, own):
    with (
        gate_processes(own.url) as port,
        Load(port, world.token, world.question) as load,
    ):
        load.wait_for_yes()
        own.stop("immediate")
        gone = time.monotonic()
        load.wait_for_answers(20)
        back = time.monotonic()
        own.start()
        load.wait_for_yes()

    during = [s for s in load.seen if s.sent > gone and s.answered < back]
    assert during
    assert not [s for s in during if s.status not in (0, 503)]
    answered = {
        s.document["context"]["evaluation_id"] for s in load.seen if s.status == 200
    }
    with psycopg.connect(own.url) as database:
        rows = database.execute("SELECT evaluation_id FROM credentials_decisionrecord")
        kept = {row[0] for row in rows}
    assert answered - kept == set()


def test_slow_database_means_503_in_time(world, own):
    with (
        gate_processes(own.url) as port,
        Load(port, world.token, world.question) as load,
    ):
        load.wait_for_yes()
        with psycopg.connect(own.url) as database:
            database.execute("LOCK TABLE credentials_decisionrecord")
            locked = time.monotonic()
            load.wait_for_answers(8)
            released = time.monotonic()
        load.wait_for_yes()

    during = [s for s in load.seen if s.sent > locked and s.answered < released]
    assert [s.status for s in during if s.status != 503] == []
    assert during
    assert min(s.answered - s.sent for s in during) < 7


def test_old_copy_of_the_database_shuts_the_gate(world, own):
    own.stop("fast")
    own.keep_copy()
    own.start()
    with gate_processes(own.url) as port:
        assert ask(port, world.token, world.question, ONE).yes
        with pointed_at(own):
            act_on(
                Qualification.objects.get(officer=world.officers[1]),
                Act.SUSPENDED,
                Ground.PROCEDURE_VIOLATED,
            )
        refused = ask(port, world.token, world.question, ONE)
        assert (refused.status, refused.yes) == (200, False)
        own.stop("fast")
        own.restore_copy()
        own.start()
        after = [ask(port, world.token, world.question, ONE) for _ in range(20)]
    with gate_processes(own.url) as port:
        after += [ask(port, world.token, world.question, ONE) for _ in range(20)]

    assert [seen for seen in after if seen.yes] == []
    with psycopg.connect(own.url) as database:
        (reason,) = database.execute(
            "SELECT frozen_reason FROM credentials_gatestate"
        ).fetchone()
    assert reason == "revision_regression"


PUSH_AND_DIE = """
import os, signal
import django
django.setup()
from django.utils import timezone
from credentials.services.webhooks import deliver_due
def send(url, body, headers):
    print(headers["webhook-id"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
deliver_due(now=timezone.now(), send=send)
"""


def test_worker_killed_between_commit_and_push_loses_no_event(
    world, committed_db, settings
):
    settings.GATE_WEBHOOK_ALLOW_PRIVATE = True
    application, _ = connect(world.officers[0].memberships.get().organisation)
    now = datetime.now(tz=UTC)
    create_endpoint(application, url="http://127.0.0.1:9/hook", now=now)
    for number in range(5):
        publish_event("qualification.suspended", {"officer": str(number)}, now=now)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": committed_db,
    }
    died = subprocess.run(
        [sys.executable, "-c", PUSH_AND_DIE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr

    sent = []

    def receive(url, body, headers):
        sent.append(headers["webhook-id"])
        return 200

    assert deliver_due(now=datetime.now(tz=UTC), send=receive) == 5
    assert sent[0] == died.stdout.strip()
    numbers = list(GateEvent.objects.order_by("sequence").values_list("pk", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert [int(name.split("_")[1]) for name in sent] == numbers[-5:]


@pytest.mark.parametrize("hours", [-3, -0.001, 0.001, 3])
def test_moved_clock_means_no_answer(world, hours):
    assert b'"decision":true' in world.serve().body

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(hours=hours)):
        moved = world.serve()

    assert moved.status == 503
