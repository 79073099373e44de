"""Append-only history names nobody: it holds opaque ids only."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from tests.server import Server

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


def test_events_hold_no_names_and_no_numbers(server: Server):
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
