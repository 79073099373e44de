"""kill -9 of the web server in the middle of an exam loses nothing acknowledged."""

import os
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.server import Person, Server, served

pytestmark = pytest.mark.faults
DEVICE = "fault-device-1"
SAVES = 25


def web_processes(port: str) -> list[int]:
    """The process ids of the server that listens on the port, workers included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"granian" in command and port.encode() in command:
                found.append(int(entry.name))
    return found


def stored(server: Server) -> int:
    """How many lines of the device's journal the database holds."""
    query = f"SELECT COUNT(*) FROM exams_sittingevent WHERE client_id = '{DEVICE}'"  # noqa: S608
    url = server.environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return int(database.execute(query).fetchone()[0])
    with psycopg.connect(url) as database:
        row = database.execute(query).fetchone()  # type: ignore[call-overload]
        return int(row[0])


def answer_until_killed(person: Person, address: str, pids: list[int]) -> int:
    """Answer one question again and again; kill the server midway; returns the acks."""
    acknowledged = 0
    for number in range(1, SAVES + 1):
        if number == SAVES // 2:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        line = {"n": number, "kind": "answered", "q": 1, "a": ["A"]}
        try:
            answer = person.post_json(
                f"{address}events/", {"client": DEVICE, "events": [line]}
            )
        except OSError:
            break
        assert answer.status == 200, answer.text
        acknowledged = answer.json()["ack"]
    return acknowledged


def test_what_was_acknowledged_is_stored(tmp_path: Path):
    with served(tmp_path) as server:
        person = server.person().sign_in("midexam")
        page = person.get("/exams/").text
        link = re.search(r"/exams/sittings/[0-9a-f-]{36}/", page)
        assert link is not None
        person.get(link[0])

        acknowledged = answer_until_killed(
            person, link[0], web_processes(server.url.rpartition(":")[2])
        )

        assert 0 < acknowledged < SAVES
        assert stored(server) >= acknowledged
