"""How fast one acts in the simulator, and how folding and scoring grow with a run.

    python -m benchmarks.simulator [--acts N] [--format json]

- acts per second through HTTP (one client, one worker, a new look each time: engine,
  chain, INSERT and the whole screen as htmx gets it) against a bare view with one
  INSERT into the same table behind the same middleware, in the same server;
- time of folding, playing again and scoring runs of 50, 500 and 5,000 events, and the time per event:
  linear means that it stays the same.

On a temporary SQLite file; ends by itself.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "config" / "demo" / "cases" / "hazchem-storage-anlan.yaml"
TOKEN = "b" * 32
LENGTHS = (50, 500, 5000)
FORM = "application/x-www-form-urlencoded"


def main() -> int:
    """Measure and print one report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acts", type=int, default=300)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.simulator_settings"
        report = {"http": _through_http(options.acts), "growth": _growth()}
    if options.format == "json":
        print(json.dumps(report))
    else:
        print(_as_text(report))
    return 0


def _through_http(acts: int) -> dict[str, Any]:
    run, pk, cookie = _prepare()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
         "--port", str(port), "--workers", "1", "--log-level", "error",
         "config.wsgi:application"],
        cwd=ROOT,
    )  # fmt: skip
    try:
        connection = _connected(port)
        things = _things()
        head = {"Content-Type": FORM, "HX-Request": "true", "Cookie": cookie}

        def act(n: int) -> None:
            fields = {"verb": "hotspot.inspect", "object": things[n % len(things)],
                      "client_event_id": uuid4().hex, "screen": "site",
                      "csrfmiddlewaretoken": TOKEN}  # fmt: skip
            _post(connection, f"/simulator/runs/{run}/act/", fields, head, 200)

        def bare(n: int) -> None:
            fields = {"run": pk, "seq": 1_000_000 + n, "object": things[0],
                      "csrfmiddlewaretoken": TOKEN}  # fmt: skip
            _post(connection, "/bare/", fields, head, 204)

        act_s, bare_s = _per_second(act, acts), _per_second(bare, acts)
    finally:
        server.terminate()
        server.wait(10)
    return {"acts_per_s": act_s, "bare_per_s": bare_s, "ratio": bare_s / act_s}


def _prepare() -> tuple[str, int, str]:
    """A database with the case, an officer on site, and a signed-in session."""
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.contrib.auth import (  # noqa: PLC0415 -- after setup
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
    )
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from simulator.engine import Action  # noqa: PLC0415
    from simulator.enums import Mode  # noqa: PLC0415
    from simulator.services.archives import read_package  # noqa: PLC0415
    from simulator.services.cases import import_case, publish_case  # noqa: PLC0415
    from simulator.services.runs import act, start_run  # noqa: PLC0415

    call_command("createcachetable", verbosity=0)
    call_command("migrate", verbosity=0)
    now = timezone.now()
    version = import_case(read_package(CASE), now=now).version
    if version is None:
        raise SystemExit("the case was not imported")
    publish_case(version, now=now, by=None)
    user = User.objects.create_user("bench", uuid4().hex, name="测速")
    run = start_run(version.case, mode=Mode.PRACTICE, now=now, by=user, seed=1)
    for verb in ("plan.submit", "site.enter", "credentials.show"):
        act(run.public_id, Action(verb, client_event_id=verb), now=now, by=user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.AccountBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    cookie = f"sessionid={session.session_key}; csrftoken={TOKEN}"
    return str(run.public_id), run.pk, cookie


def _things() -> list[str]:
    return [hotspot.id for hotspot in _case().scenes[0].hotspots]


def _case() -> Any:
    from simulator.case_format import read_case  # noqa: PLC0415
    from simulator.engine import load_case, variant  # noqa: PLC0415

    return variant(load_case(read_case(CASE.read_text("utf-8")).payload), 1)


def _connected(port: int) -> http.client.HTTPConnection:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.connect()
        except OSError:
            time.sleep(0.2)
        else:
            return connection
    raise SystemExit("the server did not start")


def _post(
    connection: http.client.HTTPConnection,
    path: str,
    fields: dict[str, Any],
    head: dict[str, str],
    expected: int,
) -> None:
    connection.request("POST", path, urlencode(fields), head)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != expected:
        raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")


def _per_second(work: Callable[[int], None], times: int) -> float:
    for n in range(10):
        work(-n - 1)
    begun = time.perf_counter()
    for n in range(times):
        work(n)
    return round(times / (time.perf_counter() - begun), 1)


def _growth() -> list[dict[str, float]]:
    from simulator.engine import (  # noqa: PLC0415
        Action,
        fold,
        initial,
        load_profile,
        score,
        start,
        step,
    )

    case, things = _case(), _things()
    state = initial(case, 1, "practice")
    log: list[Any] = []
    done: list[Any] = []
    acts = [start(1, "practice"), Action("plan.submit"), Action("site.enter")]
    while len(log) < max(LENGTHS):
        thing = things[len(log) % len(things)]
        act = acts.pop(0) if acts else Action("hotspot.inspect", thing)
        state, events, _outcome = step(case, state, act)
        log += events
        done.append(act)

    def play_again(acts: list[Any]) -> None:
        state = initial(case, 1, "practice")
        for act in acts:
            state, _events, _outcome = step(case, state, act)

    profile, rows = load_profile(case.scoring.profile), []
    for length in LENGTHS:
        part = log[:length]
        fold_s = _best(lambda part=part: fold(case, part))  # type: ignore[misc]
        replay_s = _best(lambda part=done[:length]: play_again(part))  # type: ignore[misc]
        score_s = _best(lambda part=part: score(case, 1, profile, part))  # type: ignore[misc]
        rows.append(
            {
                "events": length,
                "fold_ms": round(fold_s * 1e3, 2),
                "score_ms": round(score_s * 1e3, 2),
                "replay_ms": round(replay_s * 1e3, 2),
                "replay_us_per_event": round(replay_s * 1e6 / length, 2),
                "fold_us_per_event": round(fold_s * 1e6 / length, 2),
                "score_us_per_event": round(score_s * 1e6 / length, 2),
            }
        )
    return rows


def _best(work: Callable[[], object], rounds: int = 5) -> float:
    """Processor time, so that other work on the machine does not count."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def _as_text(report: dict[str, Any]) -> str:
    found = report["http"]
    lines = [
        f"acts through HTTP       {found['acts_per_s']:>8} per second",
        f"bare view, one INSERT   {found['bare_per_s']:>8} per second",
        f"ratio                   {found['ratio']:>8.2f}",
    ]
    lines += [
        f"{row['events']:>5} events: fold {row['fold_ms']} ms "
        f"({row['fold_us_per_event']} µs each), play again {row['replay_ms']} ms "
        f"({row['replay_us_per_event']} µs each), score {row['score_ms']} ms "
        f"({row['score_us_per_event']} µs each)"
        for row in report["growth"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
