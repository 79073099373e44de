"""The processes of an installation, and a room of candidates that never gives up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from benchmarks.exam_storm import Candidate, request
from tests.server import ROOT, free_port, wait_until_ready

WAIT = 120


class Site:
    """Web, worker and clock on one database; each may be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.commands = {
            "web": [
                *(sys.executable, "-m", "granian", "--interface", "asgi"),
                *("--host", "127.0.0.1", "--port", str(self.port)),
                *("--workers", "2", "--workers-kill-timeout", "3"),
                *("--log-level", "critical", "config.asgi:application"),
            ],
            "worker": [sys.executable, "manage.py", "worker", "--interval", "0.5"],
            "clock": [sys.executable, "manage.py", "clock"],
        }

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            self.commands[name],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if name == "web":
            address = f"http://127.0.0.1:{self.port}"
            wait_until_ready(address, self.running[name])

    def kill(self, name: str) -> None:
        """kill -9 of the process and of its own workers."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_what_ended(self) -> list[str]:
        """What a service manager does; the names of what had ended."""
        ended = [name for name, p in self.running.items() if p.poll() is not None]
        for name in ended:
            self.start(name)
        return ended


@contextmanager
def exam_site(environment: dict[str, str]) -> Iterator[Site]:
    site = Site(environment)
    try:
        for name in site.commands:
            site.start(name)
        yield site
    finally:
        for name in list(site.running):
            site.kill(name)


@dataclass
class Sitter:
    """One browser: a line stays in its journal until the server acknowledges it."""

    candidate: Candidate
    acknowledged: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    number: int = 0
    failures: int = 0
    refused: list[int] = field(default_factory=list)
    is_over: bool = False

    @property
    def address(self) -> str:
        return f"/exams/sittings/{self.candidate.sitting}"

    async def begin(self, port: int) -> None:
        answer = await request(port, "POST", f"{self.address}/open/", self.candidate)
        assert answer.status == 302, answer

    async def answer_until(self, port: int, room: Room) -> None:
        while not room.is_stopped and not self.is_over:
            self.number += 1
            question = 1 + self.number % len(self.candidate.letters)
            answer = [self.candidate.letters[question][self.number % 2]]
            await self.send(port, question, answer, room)
            await asyncio.sleep(room.pause)

    async def send(
        self, port: int, question: int, answer: list[str], room: Room
    ) -> None:
        """The same line again and again, as the journal of the page does."""
        line = {"n": self.number, "kind": "answered", "q": question, "a": answer}
        body = json.dumps({"client": "fault", "known": 10**9, "events": [line]})
        while not room.is_stopped:
            got = await request(
                port, "POST", f"{self.address}/events/", self.candidate, body.encode()
            )
            if got.status == 200:
                assert json.loads(got.body)["ack"] == self.number
                self.acknowledged[self.number] = (question, answer)
                return
            if got.status == 409:
                self.is_over = True
                return
            if got.status not in (0, 500, 503):
                self.refused.append(got.status)
            self.failures += 1
            await asyncio.sleep(room.pause)

    async def hand_in(self, port: int) -> None:
        for _ in range(WAIT):
            got = await request(port, "POST", f"{self.address}/submit/", self.candidate)
            if got.status == 302:
                self.is_over = True
                return
            await asyncio.sleep(1)
        raise AssertionError(f"not handed in: {got}")


class Room:
    """Candidates that answer in a thread of their own until they are stopped."""

    def __init__(self, site: Site, prepared: list[dict[str, Any]]) -> None:
        self.site, self.pause, self.is_stopped = site, 0.4, False
        self.sitters = [
            Sitter(
                Candidate(
                    c["cookie"],
                    c["token"],
                    c["sitting"],
                    {int(place): letters for place, letters in c["letters"].items()},
                )
            )
            for c in prepared
        ]
        self.thread = Thread(target=lambda: asyncio.run(self.sit()))

    async def sit(self) -> None:
        port = self.site.port
        await asyncio.gather(*[s.begin(port) for s in self.sitters])
        await asyncio.gather(*[s.answer_until(port, self) for s in self.sitters])

    def acknowledged(self) -> int:
        return sum(len(s.acknowledged) for s in self.sitters)

    def failures(self) -> int:
        return sum(s.failures for s in self.sitters)

    def wait_for_more(self, count: int) -> None:
        """Until so many further lines have been acknowledged."""
        wanted, end = self.acknowledged() + count, time.monotonic() + WAIT
        while self.acknowledged() < wanted:
            assert time.monotonic() < end, "the load run stands still"
            assert self.thread.is_alive(), "the load run has ended"
            time.sleep(0.05)

    def wait_for_failure(self) -> None:
        """Until somebody has noticed that something is gone."""
        before, end = self.failures(), time.monotonic() + WAIT
        while self.failures() == before:
            assert time.monotonic() < end, "nobody noticed"
            time.sleep(0.05)

    def hand_in(self, sitters: list[Sitter]) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*[s.hand_in(self.site.port) for s in sitters])

        asyncio.run(all_of_them())

    def stop(self) -> None:
        self.is_stopped = True
        self.thread.join()
