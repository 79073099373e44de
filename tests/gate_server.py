"""The gate in server processes of its own, and callers that put it under load."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from tests.server import ROOT, free_port


@dataclass(frozen=True)
class Seen:
    """One question: when it was sent, when answered, and what came back."""

    sent: float
    answered: float
    status: int
    document: dict[str, Any]

    @property
    def yes(self) -> bool:
        return self.status == 200 and self.document.get("decision") is True


@contextmanager
def gate_processes(database_url: str, *, workers: int = 2) -> Iterator[int]:
    """Runs the product's server on a database; gives the port."""
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATABASE_URL": database_url,
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asgi"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers", str(workers), "--workers-kill-timeout", "3"),
            "config.asgi:application",
        ],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_answer(port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for_answer(port: int) -> None:
    """Returns when the server says anything at all."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as c:
                c.request("GET", "/.well-known/authzen-configuration")
                c.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the gate does not answer")


def ask(port: int, token: str, question: Any, path: str, **headers: str) -> Seen:
    """Puts one question; no answer at all counts as status 0."""
    sent = time.monotonic()
    status, body, kind = 0, b"", ""
    headers |= {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        try:
            line.request("POST", path, json.dumps(question), headers)
            response = line.getresponse()
            status, body = response.status, response.read()
            kind = response.headers.get("Content-Type", "")
        except (OSError, http.client.HTTPException):
            status = 0
    document = json.loads(body) if kind == "application/json" else {}
    return Seen(sent, time.monotonic(), status, document)


@dataclass
class Load:
    """Callers that ask the same question again and again until told to stop."""

    port: int
    token: str
    question: Any
    callers: int = 4
    seen: list[Seen] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def __enter__(self) -> Load:
        self.threads = [Thread(target=self._run) for _ in range(self.callers)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _run(self) -> None:
        while not self.stop.is_set():
            self.seen.append(
                ask(self.port, self.token, self.question, "/access/v1/evaluation")
            )

    def wait_for_yes(self, seconds: float = 60) -> None:
        """Returns when a question sent from now on was answered with yes."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if any(seen.yes and seen.sent > begun for seen in self.seen[-50:]):
                return
            time.sleep(0.05)
        raise AssertionError([seen.status for seen in self.seen[-5:]])

    def wait_for_answers(self, count: int, seconds: float = 90) -> None:
        """Returns when so many questions sent from now on were answered at all."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if sum(seen.sent > begun for seen in self.seen[-500:]) >= count:
                return
            time.sleep(0.05)
        raise AssertionError([seen.status for seen in self.seen[-5:]])
