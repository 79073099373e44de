"""A room that starts at once, then answers: python -m benchmarks.exam_storm.

Runs on the PostgreSQL of DATABASE_URL (a scratch database is made and dropped). Real HTTP
against granian with the production stack: sessions, one-time codes, CSRF, all middleware.
First every candidate starts in the same moment; then everybody saves one answer every five
seconds. Afterwards every acknowledged answer is looked for in the database. The cost of a
save is compared with a bare Django view that does one INSERT, on the same server in the
same run. ``--scale`` compares the cost per candidate in rooms of 50, 300 and 1,000.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = "warrant_exam_storm"
EVERY = 5.0
BARE_SAVES = 200
SIZES = (50, 300, 1000)


@dataclass
class Candidate:
    """One browser: its cookies, its sitting, and what was acknowledged."""

    cookie: str
    token: str
    sitting: str
    letters: dict[int, list[str]]
    acknowledged: dict[int, Any] = field(default_factory=dict)
    counter: int = 0


@dataclass
class Answered:
    """One request as the client saw it."""

    status: int
    seconds: float
    body: bytes


async def request(
    port: int, method: str, path: str, candidate: Candidate, body: bytes = b""
) -> Answered:
    """One HTTP/1.1 request on its own connection, as a new phone would make it."""
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {candidate.cookie}\r\nX-CSRFToken: {candidate.token}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        raw = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    except (OSError, TimeoutError):
        return Answered(0, time.perf_counter() - began, b"")
    status = int(raw[9:12] or 0)
    content = raw.partition(b"\r\n\r\n")[2]
    return Answered(status, time.perf_counter() - began, content)


def quantile(values: list[float], share: float) -> float:
    """The value below which so large a share lies, in milliseconds."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = min(len(ordered) - 1, round(share * (len(ordered) - 1)))
    return round(1000 * ordered[place], 1)


async def start_all(port: int, room: list[Candidate]) -> list[Answered]:
    """Everybody presses start in the same moment."""
    return await asyncio.gather(
        *[
            request(port, "POST", f"/exams/sittings/{c.sitting}/open/", c, b"")
            for c in room
        ]
    )


async def save_one(port: int, candidate: Candidate) -> Answered:
    """One answer, remembered only when the server acknowledged it."""
    candidate.counter += 1
    question = 1 + candidate.counter % len(candidate.letters)
    answer = [candidate.letters[question][candidate.counter % 2]]
    event = {"n": candidate.counter, "kind": "answered", "q": question, "a": answer}
    body = json.dumps(
        {"client": "storm", "known": 10**9, "events": [event]}, ensure_ascii=False
    ).encode()
    path = f"/exams/sittings/{candidate.sitting}/events/"
    response = await request(port, "POST", path, candidate, body)
    if response.status == 200:
        candidate.acknowledged[question] = answer
    return response


async def answer_all(
    port: int, room: list[Candidate], seconds: float
) -> list[Answered]:
    """Everybody saves one answer every five seconds, each at an own moment."""
    results: list[Answered] = []

    async def sit(place: int, candidate: Candidate) -> None:
        await asyncio.sleep(EVERY * place / len(room))
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            began = time.perf_counter()
            results.append(await save_one(port, candidate))
            await asyncio.sleep(max(0, EVERY - (time.perf_counter() - began)))

    await asyncio.gather(*[sit(n, c) for n, c in enumerate(room)])
    return results


async def one_by_one(times: int, act: Callable[[], Awaitable[Answered]]) -> list[float]:
    """Seconds of so many requests in a row that succeeded."""
    return [r.seconds for r in [await act() for _ in range(times)] if r.status == 200]


async def compare(port: int, candidate: Candidate) -> tuple[float, float]:
    """Median of a save and of a bare INSERT, measured turn by turn."""
    saves: list[float] = []
    bare: list[float] = []
    for _ in range(BARE_SAVES):
        saves += await one_by_one(1, lambda: save_one(port, candidate))
        bare += await one_by_one(
            1, lambda: request(port, "POST", "/bare-insert/", candidate, b"{}")
        )
    return median(saves), median(bare)


def scratch_url() -> str:
    """The scratch database beside the one of DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres"):
        sys.exit("exam_storm needs PostgreSQL: set DATABASE_URL")
    return parts._replace(path=f"/{SCRATCH}").geturl()


def administer(sql: str) -> None:
    """One statement on the server, outside the scratch database."""
    import psycopg  # noqa: PLC0415 -- only when a server is there

    url = urlsplit(scratch_url())._replace(path="/postgres").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


def serve(port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """granian with two workers, as the demonstration runs it."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "2"),
            *("--blocking-threads", "8", "--backlog", "2048"),
            *("--workers-kill-timeout", "3", "--log-level", "critical"),
            "config.wsgi:application",
        ],
        env=environment,
        cwd=ROOT,
    )


def ask(environment: dict[str, str], call: str) -> Any:
    """What a function of ``exam_storm_data`` gives, run in its own process."""
    code = f"import json; from benchmarks import exam_storm_data as d; print(json.dumps(d.{call}))"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


async def wait_until_up(port: int) -> None:
    """Until the server answers."""
    nobody = Candidate("", "", "", {})
    for _ in range(120):
        if (await request(port, "GET", "/healthz", nobody)).status == 200:
            return
        await asyncio.sleep(0.5)
    sys.exit("the server did not start")


async def warm_up(port: int) -> None:
    """Both workers have loaded the site before anybody is measured."""
    nobody = Candidate("", "", "", {})
    for _ in range(4):
        await asyncio.gather(
            *[request(port, "GET", "/exams/receipts/", nobody) for _ in range(8)]
        )


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and of everything below it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)


async def measure(
    port: int, room: list[Candidate], seconds: float, server: int
) -> dict[str, Any]:
    """The storm itself."""
    await wait_until_up(port)
    await warm_up(port)
    spare, sitters = room[-1], room[:-1]
    cpu, began = [cpu_seconds(server)], time.perf_counter()
    starts = await start_all(port, sitters)
    all_started = time.perf_counter() - began
    cpu.append(cpu_seconds(server))
    await start_all(port, [spare])
    await asyncio.sleep(1)
    cpu.append(cpu_seconds(server))
    saves = await answer_all(port, sitters, seconds)
    cpu.append(cpu_seconds(server))
    save, bare = await compare(port, spare)
    good = [r.seconds for r in starts if r.status == 302]
    saved = [r.seconds for r in saves if r.status == 200]
    return {
        "candidates": len(sitters),
        "start_failures": len(starts) - len(good),
        "start_p50_ms": quantile(good, 0.5),
        "start_p95_ms": quantile(good, 0.95),
        "start_p99_ms": quantile(good, 0.99),
        "saves": len(saves),
        "save_failures": len(saves) - len(saved),
        "save_p50_ms": quantile(saved, 0.5),
        "save_p95_ms": quantile(saved, 0.95),
        "room_started_after_ms": round(1000 * all_started),
        "start_ms_per_candidate": round(1000 * all_started / len(sitters), 2),
        "start_cpu_ms_per_candidate": round(1000 * (cpu[1] - cpu[0]) / len(sitters), 2),
        "save_cpu_ms": round(1000 * (cpu[3] - cpu[2]) / max(1, len(saves)), 2),
        "ratio_to_bare_insert": round(save / bare, 2),
        "bare_insert_ms": round(1000 * bare, 2),
    }


def run(candidates: int, seconds: float, port: int) -> dict[str, Any]:
    """Build the scratch database, storm it, count what is missing, drop it."""
    environment = {
        **os.environ,
        "DATABASE_URL": scratch_url(),
        "DJANGO_SETTINGS_MODULE": "benchmarks.exam_storm_settings",
    }
    administer(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")
    administer(f"CREATE DATABASE {SCRATCH}")
    server = None
    try:
        prepared = ask(environment, f"prepare({candidates + 1})")
        room = [
            Candidate(
                c["cookie"],
                c["token"],
                c["sitting"],
                {int(k): v for k, v in c["letters"].items()},
            )
            for c in prepared
        ]
        server = serve(port, environment)
        figures = asyncio.run(measure(port, room, seconds, server.pid))
        kept = ask(environment, "answers()")
        figures["lost_answers"] = sum(
            kept.get(c.sitting, {}).get(str(question)) != answer
            for c in room
            for question, answer in c.acknowledged.items()
        )
        return figures
    finally:
        if server is not None:
            server.terminate()
            server.wait(15)
        administer(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")


def scale(seconds: float, port: int, output: str) -> None:
    """What one candidate costs in rooms of three sizes; it should stay the same."""
    rooms = [run(candidates, seconds, port) for candidates in SIZES]
    if output == "json":
        print(json.dumps(rooms))
        return
    for name in rooms[0]:
        print(f"{name:28}" + "".join(f"{room[name]:>12}" for room in rooms))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=300)
    parser.add_argument(
        "--scale",
        action="store_true",
        help="run with 50, 300 and 1,000 candidates and compare the cost of each",
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--port", type=int, default=8951)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    if options.scale:
        scale(options.seconds, options.port, options.format)
        return
    figures = run(options.candidates, options.seconds, options.port)
    if options.format == "json":
        print(json.dumps(figures))
        return
    print(
        "Compared with: a bare Django view that does one INSERT, same server and run."
    )
    for name, value in figures.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
