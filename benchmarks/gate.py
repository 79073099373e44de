"""How fast the gate answers, beside what it could be compared with, in one run.

    python -m benchmarks.gate [--officers N] [--seconds S] [--format json]

Compares, interleaved and with the same body: (a) a bare ASGI view, (b) a bare Django
view with one indexed SELECT and one INSERT, (c) the gate with authentication, register
read, two-officer team and durable log, receipts off and on, (d) a Cerbos PDP when its
binary is on the PATH (npm: @cerbos/cerbos-linux-x64). Everything runs on this machine;
only the ratios of one run mean anything.

Runs on the database of ``DATABASE_URL``, which must be one made for benchmarks: it is
filled with invented officers and left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.support.settings")

CONNECTIONS = 16
ROUNDS = 5
GRANIAN = ["--workers", "2", "--workers-kill-timeout", "3", "--log-level", "error"]


def main() -> int:
    """Prepares, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--officers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    world = prepare(options.officers)
    os.environ["BENCH_APPLICATION"] = world["client_id"]
    kernel = kernel_microseconds()
    with servers(world) as (ports, processes):
        measured = measure(ports, processes, world, options.seconds)
    report = summarise(measured, kernel, options.officers)
    print(json.dumps(report) if options.format == "json" else as_text(report))
    return 0


def prepare(officers: int) -> dict[str, str]:
    """A database with that many qualified officers, and a token for the gate."""
    import django  # noqa: PLC0415 -- settings come from the environment set above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    from benchmarks.support.world import make_world  # noqa: PLC0415

    return make_world(officers, now=datetime.now(tz=UTC))


def kernel_microseconds() -> float:
    """The pure decision of a two-officer team.

    The best of many short windows, which other load on the machine cannot fill.
    """
    from benchmarks.support.world import kernel_case  # noqa: PLC0415

    run = kernel_case()
    best = []
    for _ in range(500):
        start = time.perf_counter()
        for _ in range(50):
            run()
        best.append((time.perf_counter() - start) / 50)
    return min(best) * 1e6


@contextmanager
def servers(world: dict[str, str]) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Starts what is compared; ends exactly those processes again.

    Gives the ports and the process ids by name.
    """
    commands = {
        "asgi": ["--interface", "asginl", "benchmarks.support.bare_asgi:asgi"],
        "django": ["--interface", "wsgi", "--blocking-threads", "8", WSGI],
        "gate": ["--interface", "asgi", "config.asgi:application"],
    }
    ports = {name: free_port() for name in commands}
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--port", str(ports[name])),
                *("--host", "127.0.0.1", *GRANIAN, *command),
            ],
            env={**os.environ, "BASE_URL": "http://127.0.0.1"},
        )
        for name, command in commands.items()
    ]
    cerbos = shutil.which("cerbos") or os.environ.get("CERBOS_BINARY")
    if cerbos:
        ports["cerbos"] = free_port()
        running.append(start_cerbos(cerbos, ports["cerbos"]))
    try:
        for port in ports.values():
            wait_for(port)
        yield ports, dict(zip(ports, (process.pid for process in running), strict=True))
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


WSGI = "config.wsgi:application"


def start_cerbos(binary: str, port: int) -> subprocess.Popen[bytes]:
    """A Cerbos PDP with a rule of the same size: two officers, active, same sector."""
    directory = Path(__file__).parent / "support" / "cerbos"
    return subprocess.Popen(
        [
            *(binary, "server", "--log-level=error"),
            *("--set", f"storage.disk.directory={directory}"),
            *("--set", "storage.driver=disk"),
            *("--set", f"server.httpListenAddr=127.0.0.1:{port}"),
            *("--set", f"server.grpcListenAddr=127.0.0.1:{free_port()}"),
            *("--set", "telemetry.disabled=true"),
        ]
    )


def measure(
    ports: dict[str, int],
    processes: dict[str, int],
    world: dict[str, str],
    seconds: float,
) -> dict[str, list[dict[str, float]]]:
    """Rounds over all servers in turn, so that no one has the quieter machine."""
    plain = json.dumps(json.loads(world["question"])).encode()
    silent = json.loads(world["question"])
    silent["context"]["receipt"] = False
    bodies = {
        "asgi": ("asgi", plain),
        "django": ("django", plain),
        "gate": ("gate", json.dumps(silent).encode()),
        "gate_receipt": ("gate", plain),
    }
    if "cerbos" in ports:
        bodies["cerbos"] = ("cerbos", world["cerbos_question"].encode())
    found: dict[str, list[dict[str, float]]] = {name: [] for name in bodies}
    for name, (server, body) in bodies.items():
        asyncio.run(load(ports[server], body, world["token"], 0.5))
        check(ports[server], body, world["token"], name)
    for _ in range(ROUNDS):
        for name, (server, body) in bodies.items():
            before = cpu_seconds(processes[server])
            times = asyncio.run(load(ports[server], body, world["token"], seconds))
            used = cpu_seconds(processes[server]) - before
            found[name].append(
                {
                    "cpu_ms": used / len(times) * 1000,
                    "per_second": len(times) / seconds,
                    "p50_ms": statistics.median(times) * 1000,
                    "p99_ms": sorted(times)[int(len(times) * 0.99)] * 1000,
                }
            )
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a server and its workers, which other load cannot blur."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if entry.name == str(pid) or fields[1] == str(pid):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def check(port: int, body: bytes, token: str, name: str) -> None:
    """Every compared server must really say yes."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/access/v1/evaluation",
        body,
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        document = json.loads(answer.read())
    if document.get("decision") is not True:
        raise SystemExit(f"{name} does not say yes: {document}")


async def load(port: int, body: bytes, token: str, seconds: float) -> list[float]:
    """Latencies over the given time with all connections busy."""
    head = (
        f"POST /access/v1/evaluation HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    times: list[float] = []
    end = time.perf_counter() + seconds
    await asyncio.gather(
        *(_connection(port, head + body, end, times) for _ in range(CONNECTIONS))
    )
    return times


async def _connection(
    port: int, message: bytes, end: float, times: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < end:
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        times.append(time.perf_counter() - start)
    writer.close()
    await writer.wait_closed()


def summarise(
    measured: dict[str, list[dict[str, float]]], kernel: float, officers: int
) -> dict[str, Any]:
    """Medians over the rounds, and the ratios that are promised."""
    middle = {
        name: {key: _middle([r[key] for r in rounds]) for key in rounds[0]}
        for name, rounds in measured.items()
    }

    def ratio(other: str, mine: str) -> float:
        pairs = zip(measured[mine], measured[other], strict=True)
        return _middle([m["per_second"] / o["per_second"] for m, o in pairs])

    report: dict[str, Any] = {
        "officers": officers,
        "connections": CONNECTIONS,
        "kernel_us": round(kernel, 2),
        "servers": middle,
        "gate_to_django": ratio("django", "gate"),
        "gate_receipt_to_django": ratio("django", "gate_receipt"),
        "gate_to_asgi": ratio("asgi", "gate"),
        "django_cpu_to_gate_cpu": round(
            middle["django"]["cpu_ms"] / middle["gate"]["cpu_ms"], 3
        ),
        "load_before": os.getloadavg()[0],
    }
    if "cerbos" in measured:
        report["gate_to_cerbos"] = ratio("cerbos", "gate")
        report["gate_receipt_to_cerbos"] = ratio("cerbos", "gate_receipt")
    return report


def as_text(report: dict[str, Any]) -> str:
    """The report as lines."""
    lines = [f"{report['officers']} officers, {report['connections']} connections"]
    for name, row in report["servers"].items():
        lines.append(
            f"{name:14} {row['per_second']:8.0f}/s  p50 {row['p50_ms']:6.1f} ms"
            f"  p99 {row['p99_ms']:6.1f} ms  cpu {row['cpu_ms']:5.2f} ms/request"
        )
    lines.append(f"kernel, one team: {report['kernel_us']} microseconds")
    lines += [
        f"{name}: {value:.2f}" for name, value in report.items() if "_to_" in name
    ]
    return "\n".join(lines)


def _middle(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Returns when the port answers, or gives up after two minutes."""
    end = time.monotonic() + timedelta(seconds=120).total_seconds()
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


if __name__ == "__main__":
    sys.exit(main())
