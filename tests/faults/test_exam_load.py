"""kill -9 of every process during an exam: what was acknowledged is there, counted."""

from __future__ import annotations

import os
import sys
import time

import psycopg
import pytest
from django.db import connection

from benchmarks.exam_storm import ask
from tests.faults.exam_site import WAIT, Room, exam_site
from tests.faults.own_postgres import OwnPostgres, own_postgres

pytestmark = pytest.mark.faults

CANDIDATES = 18
BETWEEN = 40
OVERDUE = """
UPDATE exams_sitting SET opened_at = opened_at - interval '3 hours',
deadline = deadline - interval '3 hours' WHERE public_id = ANY(%s::uuid[])
"""


@pytest.fixture
def own(committed_db):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: make test-faults")
    connection.close()
    with own_postgres(committed_db) as server:
        yield server


def rows(server: OwnPostgres, query: str, *values: object) -> list[tuple]:
    with psycopg.connect(server.url) as database:
        return database.execute(query, values).fetchall()


def lines_stored(server: OwnPostgres) -> dict[tuple[str, int], tuple[int, list[str]]]:
    """Every answer of the load run that the database holds."""
    query = (
        "SELECT s.public_id::text, e.client_seq, e.question, e.payload->'answer' "
        "FROM exams_sittingevent e JOIN exams_sitting s ON s.id = e.sitting_id "
        "WHERE e.client_id = 'fault' AND e.kind = 'answered'"
    )
    return {
        (sitting, number): (question, answer)
        for sitting, number, question, answer in rows(server, query)
    }


def wait_until_marked(server: OwnPostgres) -> None:
    """Until the clock and the worker have closed and marked every sitting."""
    end = time.monotonic() + WAIT
    query = "SELECT state, COUNT(*) FROM exams_sitting GROUP BY state"
    while dict(rows(server, query)) != {"marked": CANDIDATES}:
        assert time.monotonic() < end, rows(server, query)
        time.sleep(0.5)


def kill_each(site, own: OwnPostgres, room: Room) -> None:
    """Every process once, in the middle of the answering, and started again."""
    room.wait_for_more(BETWEEN)
    site.kill("web")
    room.wait_for_failure()
    site.start("web")
    room.wait_for_more(BETWEEN)

    site.kill("worker")
    room.hand_in(room.sitters[: CANDIDATES // 3])
    room.wait_for_more(BETWEEN)
    site.start("worker")

    site.kill("clock")
    gone = [s.candidate.sitting for s in room.sitters[-CANDIDATES // 3 :]]
    with psycopg.connect(own.url) as database:
        database.execute(OVERDUE, [gone])
    room.wait_for_more(BETWEEN // 2)
    site.start("clock")

    room.wait_for_more(BETWEEN // 2)
    own.kill()
    room.wait_for_failure()
    own.start()
    room.wait_for_more(BETWEEN)
    assert "clock" not in site.start_what_ended()


def test_nothing_acknowledged_is_lost_whatever_is_killed(own, capsys):
    environment = {
        **os.environ,
        "DATABASE_URL": own.url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.exam_storm_settings",
    }
    prepared = ask(environment, f"prepare({CANDIDATES})")
    with exam_site(environment) as site:
        room = Room(site, prepared)
        room.thread.start()
        try:
            kill_each(site, own, room)
        finally:
            room.stop()
        room.hand_in([s for s in room.sitters if not s.is_over])
        wait_until_marked(own)

    stored = lines_stored(own)
    acknowledged = {
        (sitter.candidate.sitting, number): line
        for sitter in room.sitters
        for number, line in sitter.acknowledged.items()
    }
    lost = {key for key, line in acknowledged.items() if stored.get(key) != line}
    with capsys.disabled():
        sys.stdout.write(f" acknowledged {len(acknowledged)}, lost {len(lost)} ")
    assert lost == set()
    assert [s.refused for s in room.sitters if s.refused] == []
    assert len(acknowledged) > 4 * BETWEEN
    assert rows(own, "SELECT COUNT(*) FROM exams_scoreversion") == [(CANDIDATES,)]
    ask(environment, "recompute_all()")
