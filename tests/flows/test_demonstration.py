"""What holds in the loaded demonstration: history names nobody, examples run against it."""

import json
import sqlite3
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examples.inspection_system import DEFAULTS, build_question
from examples.offline_terminal import b64, prove
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


@dataclass
class System:
    """The demonstration's connected system: its secret and the example programs."""

    server: Server
    known: list[str]

    @classmethod
    def of(cls, server: Server) -> "System":
        client = json.loads(server.manage("demo_client", "--format", "json"))
        secret = ["--client-secret", client["client_secret"]]
        return cls(server, ["--client-id", client["client_id"], *secret])

    def run(
        self, program: str, *arguments: object, online: bool = True
    ) -> subprocess.CompletedProcess[str]:
        gate = ["--gate", self.server.url, *self.known] if online else []
        return subprocess.run(
            [sys.executable, f"examples/{program}", *map(str, arguments), *gate],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def opens(self, *officers: str) -> subprocess.CompletedProcess[str]:
        """The system asks on line; the first officer leads."""
        roles = zip(officers, ("lead", "member"), strict=True)
        team = [part for who, role in roles for part in ("--officer", f"{who}:{role}")]
        return self.run("inspection_system.py", *team)


def public_id(server: Server, username: str) -> str:
    query = f"SELECT public_id FROM accounts_user WHERE username = '{username}'"  # noqa: S608
    return str(UUID(str(rows(server, query)[0][0])))


def test_events_hold_no_names_and_no_numbers(server: Server):
    team = [public_id(server, name) for name in ("officer_a", "officer_b")]
    asked = System.of(server).opens(*team)
    assert asked.returncode == 0, asked.stdout + asked.stderr
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


def bind_device(server: Server, username: str) -> Ed25519PrivateKey:
    """The officer binds a device of his own, with a fresh one-time code."""
    key = Ed25519PrivateKey.generate()
    x = b64(key.public_key().public_bytes_raw())
    officer = server.person().sign_in(username)
    shown = json.dumps({"kty": "OKP", "crv": "Ed25519", "x": x})
    bound = officer.post("/qualifications/device/bind/", {"key": shown})
    assert bound.status == 302, bound.text[-2000:]
    return key


def let_the_second_pass() -> None:
    """Terminals write down whole seconds."""
    present = int(time.time())
    while int(time.time()) == present:
        time.sleep(0.02)


def suspend(server: Server, officer: str) -> None:
    """One certification officer proposes, another signs."""
    query = "SELECT q.public_id FROM credentials_qualification q JOIN accounts_user u"
    query += " ON u.id = q.officer_id WHERE u.username = '{}' AND q.closed_at IS NULL"
    held = UUID(str(rows(server, query.format(officer))[0][0]))
    proposed = (
        server.person()
        .sign_in("certifier")
        .post(
            f"/qualifications/{held}/act/",
            {
                "act": "suspended",
                "ground": "procedure_violated",
                "legal_ground": "《行政处罚法》第四十四条",
                "document": "澜应资〔2026〕97号",
            },
        )
    )
    assert proposed.status == 302, proposed.text[-2000:]
    signed = (
        server.person()
        .sign_in("certifier2")
        .post(
            proposed.headers["location"],
            {
                "decision": "approve",
                "note": "已核",
                "code": server.code_of("certifier2"),
            },
        )
    )
    assert signed.status == 302, signed.text[-2000:]


def test_terminal_opens_off_line_and_the_server_lists_what_it_should_not_have(
    server: Server, tmp_path: Path
):
    names = ("brigade03", "brigade04")
    team = {public_id(server, name): bind_device(server, name) for name in names}
    lead, member = team
    system, device = System.of(server), tmp_path / "terminal"
    synced = system.run(
        "offline_terminal.py", device, "sync", "--officer", lead, "--officer", member
    )
    assert synced.returncode == 0, synced.stderr

    def open_off_line(case: str) -> subprocess.CompletedProcess[str]:
        roles = [f"{lead}:lead", f"{member}:member"]
        asked = Namespace(**{**DEFAULTS, "case": case}, officer=roles)
        challenge = json.loads((device / "state.json").read_text())["challenge"]
        now = int(time.time())
        proofs = [prove(key, who, challenge, now) for who, key in team.items()]
        files = [tmp_path / "question.json", tmp_path / "proofs.json"]
        for file, document in zip(files, (build_question(asked), proofs), strict=True):
            file.write_text(json.dumps(document), encoding="utf-8")
        return system.run("offline_terminal.py", device, "open", *files, online=False)

    before = open_off_line("case-before")
    suspend(server, names[1])
    let_the_second_pass()
    after = open_off_line("case-after")
    asked = system.opens(lead, member)
    uploaded = system.run("offline_terminal.py", device, "upload")

    assert [before.stdout, after.stdout] == ["OPENED\n", "OPENED\n"], before.stderr
    assert asked.returncode == 1
    assert "qualification_suspended" in asked.stdout
    assert json.loads(uploaded.stdout) == {
        "stored": 2,
        "differences": 1,
        "differing": [
            {
                "counter": 2,
                "decision": True,
                "as_known_at_sync": True,
                "as_known_now": False,
            }
        ],
    }
    listed = server.person().sign_in("certifier").get("/connect/offline/")
    assert "case-after" in listed.text
    assert "case-before" not in listed.text
