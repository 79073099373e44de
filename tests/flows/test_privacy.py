"""Append-only history names nobody: it holds opaque ids only."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg

from tests.server import ROOT, Server

HISTORY = (
    "courses_studybeat",
    "exams_sittingevent",
    "simulator_runevent",
    "credentials_ledgerentry",
    "credentials_decisionrecord",
)


def rows(server: Server, query: str) -> list[tuple[Any, ...]]:
    url = server.environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()
    with psycopg.connect(url) as database:
        return database.execute(query).fetchall()  # type: ignore[arg-type]


def ask_the_gate(server: Server) -> None:
    """One question of the example system, so that a decision is on record."""
    client = json.loads(server.manage("demo_client", "--format", "json"))
    officers = rows(
        server,
        "SELECT public_id FROM accounts_user WHERE username IN ('officer_a','officer_b')",
    )
    team = [
        part
        for (public_id,), role in zip(officers, ("lead", "member"), strict=True)
        for part in ("--officer", f"{UUID(str(public_id))}:{role}")
    ]
    asked = subprocess.run(
        [
            *(sys.executable, "examples/inspection_system.py", "--gate", server.url),
            *("--client-id", client["client_id"]),
            *("--client-secret", client["client_secret"]),
            *team,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_events_hold_no_names_and_no_numbers(server: Server):
    ask_the_gate(server)
    people = rows(server, "SELECT name, officer_number, phone FROM accounts_user")
    words = {word for person in people for word in person if word}
    assert len(words) > 100

    for table in HISTORY:
        stored = rows(server, f"SELECT * FROM {table}")  # noqa: S608 -- fixed names
        assert stored, f"the demonstration leaves {table} empty"
        for row in stored:
            text = repr(row).encode().decode("unicode_escape", errors="replace")
            found = {word for word in words if word in repr(row) or word in text}
            assert found == set(), table
