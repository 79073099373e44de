"""What a terminal without network pays to check a team, in raw signature checks.

    python -m benchmarks.offline_check [--format json]

Times the whole check of a two-officer team by ``examples/offline_terminal.py`` (two
credentials, two device proofs, status, scope, terms, quorum) and, alternating with it,
one bare Ed25519 verification. Needs neither database nor network.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import zlib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

from inspection_system import DEFAULTS, build_question
from offline_terminal import (
    LIST_BYTES,
    Terminal,
    b64,
    prove,
    sign,
)

ROUNDS = 2000
ALLOWED = 5
LIST = "http://gate.example/status/1"
DAY = 24 * 60 * 60


def main() -> int:
    """Measures and prints; fails when a check costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    key = Ed25519PrivateKey.generate()
    public, message = key.public_key(), b"x" * 800
    seal = key.sign(message)
    with tempfile.TemporaryDirectory() as directory:
        check = team_check(Path(directory), key)
        raw, whole = medians(lambda: public.verify(seal, message), check)
    report = {
        "raw_us": round(raw, 1),
        "team_us": round(whole, 1),
        "raw_verifications": round(whole / raw, 2),
        "allowed": ALLOWED,
    }
    if options.format == "json":
        print(json.dumps(report))
    else:
        print(
            f"one raw verification {raw:.1f} µs, a team off line {whole:.1f} µs: "
            f"{whole / raw:.2f} raw verifications (allowed: {ALLOWED})"
        )
    return 0 if whole / raw <= ALLOWED else 1


def medians(*runs: Callable[[], Any]) -> list[float]:
    """Microseconds of each run, taken in turn so that load falls on all alike."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, taken in zip(runs, times, strict=True):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return [sorted(taken)[ROUNDS // 2] * 1e6 for taken in times]


def team_check(directory: Path, key: Ed25519PrivateKey) -> Callable[[], None]:
    """A synced terminal that is asked about a fit team of two."""
    now = int(time.time())
    devices = {
        name: Ed25519PrivateKey.generate() for name in ("officer-a", "officer-b")
    }
    terminal = Terminal(directory / "terminal")
    terminal.state.update(synced_state(key, devices, now))
    terminal.save()
    terminal = Terminal(directory / "terminal")
    team = ["officer-a:lead", "officer-b:member"]
    question = build_question(Namespace(**DEFAULTS, officer=team))
    challenge = terminal.state["challenge"]
    proofs = [prove(own, name, challenge, now) for name, own in devices.items()]
    return lambda: terminal.judge(question, proofs, now)


def synced_state(
    key: Ed25519PrivateKey, devices: dict[str, Ed25519PrivateKey], now: int
) -> dict[str, Any]:
    """What a sync leaves behind."""
    terms = {
        "sectors": ["hazchem"],
        "quorum": 2,
        "lead_required": True,
        "frozen": False,
    }
    policy = {"exp": now + DAY, "schemes": {"hazchem": terms}}
    listed = {"sub": LIST, "exp": now + DAY, "iat": now}
    listed["status_list"] = {"bits": 2, "lst": packed_list()}
    return {
        "keys": {"k": jwk(key)},
        "policy": sign(policy, "gate-policy+jwt", "k", key),
        "status_list": sign(listed, "statuslist+jwt", "k", key),
        "list_iat": now,
        "synced_at": now,
        "last_seen": now,
        "challenge": "0" * 32,
        "credentials": {
            name: [
                sign(credential(name, own, place, now), "qualification+jwt", "k", key)
            ]
            for place, (name, own) in enumerate(devices.items())
        },
    }


def credential(
    name: str, device: Ed25519PrivateKey, place: int, now: int
) -> dict[str, Any]:
    """The claims of one officer."""
    held = {
        "s": ["hazchem"],
        "m": ["focused"],
        "d": ["970121"],
        "f": ["lead", "member"],
    }
    return {
        "sub": name,
        "nbf": now,
        "exp": now + DAY,
        "posts": ["970121"],
        "quals": [held],
        "cnf": {"jwk": jwk(device)},
        "status": {"status_list": {"idx": place, "uri": LIST}},
    }


def packed_list() -> str:
    """A list of full size in which everybody is valid."""
    return str(b64(zlib.compress(bytes(LIST_BYTES), 9)))


def jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    """The public half."""
    x = b64(key.public_key().public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "x": x}


if __name__ == "__main__":
    sys.exit(main())
