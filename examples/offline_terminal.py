"""A terminal that checks a team without network.

While it has network it syncs: keys, policy pack, status lists, credentials. Without
network it opens an inspection only when everything it holds says yes, and it holds
it for no longer than the artefacts allow. Whatever it cannot check is a no. Every
answer goes into its own chained and signed log, which it uploads later.

    python examples/offline_terminal.py DIR sync --gate URL --client-id ID \\
        --client-secret SECRET --officer PUBLIC_ID --officer PUBLIC_ID
    python examples/offline_terminal.py DIR open QUESTION.json PROOFS.json
    python examples/offline_terminal.py DIR upload --gate URL --client-id ID ...

Needs ``cryptography``; everything else is the standard library.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import secrets
import sys
import time
import urllib.parse
import urllib.request
import zlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
LIST_BYTES = 2**20 * 2 // 8
PROOF_LIFE = 120
SCOPES = "gate:offline"
Json = dict[str, Any]


class RefusedError(Exception):
    """The terminal must not open; the text is the reason code."""


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(
        text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
    )


def canonical(value: Json) -> bytes:
    """RFC 8785 for the values used here: text, whole numbers, lists and objects."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def sign(claims: Json, typ: str, kid: str, key: Ed25519PrivateKey) -> str:
    header = {"alg": "Ed25519", "typ": typ, "kid": kid}
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{b64(key.sign(text.encode()))}"


def verify(token: str, typ: str, keys: dict[str, Json]) -> Json:
    """The claims of a token of that type by a known key; anything else is refused."""
    if not COMPACT.fullmatch(token):
        raise RefusedError("bad_token")
    head, body, seal = token.split(".")
    try:
        header = json.loads(unb64(head))
        if set(header) - {"alg", "typ", "kid"} or header["alg"] != "Ed25519":
            raise RefusedError("bad_token")
        if header["typ"] != typ or header["kid"] not in keys:
            raise RefusedError("bad_token")
        key = Ed25519PublicKey.from_public_bytes(unb64(keys[header["kid"]]["x"]))
        key.verify(unb64(seal), f"{head}.{body}".encode())
        claims: Json = json.loads(unb64(body))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise RefusedError("bad_token") from None
    return claims


def inflate(lst: str) -> bytes:
    """The places of a status list; inflation is bounded."""
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(unb64(lst), LIST_BYTES + 1)
    except (ValueError, zlib.error):
        raise RefusedError("stale_snapshot") from None
    if len(raw) > LIST_BYTES:
        raise RefusedError("stale_snapshot")
    return raw


def status_at(raw: bytes, index: int) -> int:
    """Two bits per place, least significant first."""
    if not 0 <= index < len(raw) * 4:
        raise RefusedError("stale_snapshot")
    return raw[index // 4] >> (index % 4 * 2) & 3


def lineage(code: str) -> set[str]:
    """A division and everything it lies in, by its digits."""
    return {code, code[:6], code[:4] + "00", code[:2] + "0000", "000000"}


class Terminal:
    """The device: its files, its key, what it synced and what it answered."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = directory / "state.json"
        if self.path.exists():
            self.state: Json = json.loads(self.path.read_text(encoding="utf-8"))
        else:
            private = Ed25519PrivateKey.generate().private_bytes_raw()
            self.state = {
                "key": b64(private),
                "counter": 0,
                "prev": "0" * 64,
                "log": [],
            }
            self.save()
        self.key = Ed25519PrivateKey.from_private_bytes(unb64(self.state["key"]))
        if "policy" in self.state:
            self._load()

    def _load(self) -> None:
        """Checks once what every opening rests on, and keeps it unpacked."""
        keys = self.state["keys"]
        self.policy = verify(self.state["policy"], "gate-policy+jwt", keys)
        self.listed = verify(self.state["status_list"], "statuslist+jwt", keys)
        self.places = inflate(self.listed["status_list"]["lst"])

    def save(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.state), encoding="utf-8")
        fresh.replace(self.path)

    def public_jwk(self) -> Json:
        raw = self.key.public_key().public_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}

    def sync(self, gate: Gate, officers: list[str], now: int) -> None:
        """Fetches and checks everything; an older status list never replaces a newer."""
        keys = {key["kid"]: key for key in gate.get("/.well-known/jwks.json")["keys"]}
        policy = gate.text("/gate/v1/offline/policy")
        verify(policy, "gate-policy+jwt", keys)
        listed = gate.text("/status/1", token=False)
        issued = verify(listed, "statuslist+jwt", keys)["iat"]
        if issued < self.state.get("list_iat", 0):
            raise RefusedError("revision_regression")
        credentials: dict[str, list[str]] = {}
        for officer in officers:
            path = f"/gate/v1/offline/credentials/{officer}"
            credentials[officer] = gate.get(path)["credentials"]
        if "terminal" not in self.state:
            asked = {"name": self.directory.name, "public_jwk": self.public_jwk()}
            answer = gate.post("/gate/v1/offline/terminals", asked)
            self.state["terminal"] = answer["terminal"]
        self.state.update(
            keys=keys,
            policy=policy,
            status_list=listed,
            list_iat=issued,
            credentials=credentials,
            synced_at=now,
            last_seen=max(now, self.state.get("last_seen", 0)),
            monotonic=time.monotonic(),
            challenge=secrets.token_hex(16),
        )
        self._load()
        self.save()

    def open(self, question: Json, proofs: list[str], now: int) -> tuple[bool, str]:
        """Answers and writes the answer down before it is used."""
        try:
            self.judge(question, proofs, now)
            reason = "qualified"
        except RefusedError as refusal:
            reason = str(refusal)
        except (KeyError, TypeError, ValueError, AttributeError):
            reason = "internal_error"
        permitted = reason == "qualified"
        self._record(question, permitted, reason, now)
        return permitted, reason

    def judge(self, question: Json, proofs: list[str], now: int) -> None:
        state = self.state
        if "synced_at" not in state:
            raise RefusedError("stale_snapshot")
        if now < state["last_seen"]:
            raise RefusedError("clock_skew_excessive")
        policy = self.policy
        if now >= policy["exp"] or now >= self.listed["exp"]:
            raise RefusedError("stale_snapshot")
        place = question["resource"]["properties"]
        method = question["action"]["properties"]["method"]
        if (
            question["action"]["name"] != "open_inspection"
            or not place["task"]["approved"]
        ):
            raise RefusedError("inspection_not_planned")
        if method == "cross_area":
            raise RefusedError("inspection_not_planned")
        terms = [
            t for t in policy["schemes"].values() if place["sector"] in t["sectors"]
        ]
        if not terms or any(term["frozen"] for term in terms):
            raise RefusedError("frozen" if terms else "policy_unavailable")
        members = question["subject"]["properties"]["members"]
        counted = [m for m in members if m["role"] in ("lead", "member")]
        if len(counted) != len(members):
            raise RefusedError("team_member_role_unfit")
        if len({member["id"] for member in members}) != len(members):
            raise RefusedError("duplicate_member")
        for member in members:
            claims = self._check_officer(member, place, method, now)
            self._check_proof(claims, proofs, now)
        if len(counted) < max(term["quorum"] for term in terms):
            raise RefusedError("team_below_quorum")
        if not any(member["role"] == "lead" for member in members):
            raise RefusedError("team_lead_missing")

    def _check_officer(self, member: Json, place: Json, method: str, now: int) -> Json:
        """The claims of the credential that carries this question entirely."""
        area = lineage(place["division"])
        reason = "qualification_missing"
        for token in self.state["credentials"].get(member["id"], []):
            claims = verify(token, "qualification+jwt", self.state["keys"])
            held = claims["quals"][0]
            place_in_list = claims["status"]["status_list"]
            if (
                claims["sub"] != member["id"]
                or not claims["nbf"] <= now < claims["exp"]
            ) or place_in_list["uri"] != self.listed["sub"]:
                reason = "stale_snapshot"
            elif status_at(self.places, place_in_list["idx"]) != 0:
                reason = "qualification_suspended"
            elif place["sector"] not in held["s"]:
                reason = "sector_not_covered"
            elif method not in held["m"]:
                reason = "method_not_covered"
            elif not (area & set(held["d"]) and area & set(claims["posts"])):
                reason = "division_not_covered"
            elif member["role"] == "lead" and "lead" not in held["f"]:
                reason = "team_member_role_unfit"
            else:
                return claims
        raise RefusedError(reason)

    def _check_proof(self, claims: Json, proofs: list[str], now: int) -> None:
        """The officer's own device has signed this terminal's challenge just now."""
        officer = claims["sub"]
        for proof in proofs:
            header = json.loads(unb64(proof.split(".")[0]))
            if header.get("kid") != officer:
                continue
            said = verify(proof, "holder-proof+jwt", {officer: claims["cnf"]["jwk"]})
            fresh = abs(now - said["iat"]) <= PROOF_LIFE
            if fresh and said["challenge"] == self.state["challenge"]:
                return
        raise RefusedError("holder_proof_missing")

    def _record(self, question: Json, permitted: bool, reason: str, now: int) -> None:
        state = self.state
        claims = {
            "counter": state["counter"] + 1,
            "prev": state["prev"],
            "at": now,
            "synced_at": state.get("synced_at", 0),
            "question": question,
            "decision": permitted,
            "reason": reason,
        }
        token = sign(claims, "offline-record+jwt", state.get("terminal", ""), self.key)
        state["counter"] += 1
        state["prev"] = hashlib.sha256(
            state["prev"].encode() + canonical(claims)
        ).hexdigest()
        state["log"].append(token)
        state["last_seen"] = max(now, state.get("last_seen", 0))
        state["challenge"] = secrets.token_hex(16)
        self.save()

    def upload(self, gate: Gate) -> Json:
        """Hands over the log; it is forgotten here only after it was taken there."""
        body = {"terminal": self.state["terminal"], "records": self.state["log"]}
        answer = gate.post("/gate/v1/offline/records", body)
        self.state["log"] = []
        self.save()
        return answer


class Gate:
    """The gate over HTTP."""

    def __init__(self, base: str, client_id: str, client_secret: str) -> None:
        self.base, self.bearer = base.rstrip("/"), ""
        form = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": client_secret,
                "scope": SCOPES,
            }
        )
        answer = self._call("/oauth/token", form.encode(), {})
        self.bearer = json.loads(answer)["access_token"]

    def get(self, path: str) -> Json:
        return dict(json.loads(self.text(path)))

    def text(self, path: str, *, token: bool = True) -> str:
        headers = {"Authorization": f"Bearer {self.bearer}"} if token else {}
        return self._call(path, None, headers).decode()

    def post(self, path: str, document: Json) -> Json:
        headers = {
            "Authorization": f"Bearer {self.bearer}",
            "Content-Type": "application/json",
        }
        return dict(
            json.loads(self._call(path, json.dumps(document).encode(), headers))
        )

    def _call(self, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(self.base + path, body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return bytes(answer.read(2_000_000))


def prove(key: Ed25519PrivateKey, officer: str, challenge: str, now: int) -> str:
    """What the officer's own device answers to the terminal's challenge."""
    claims = {"challenge": challenge, "iat": now}
    return sign(claims, "holder-proof+jwt", officer, key)


def main() -> int:
    """Runs one of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("command", choices=["sync", "open", "upload"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--gate", default="http://127.0.0.1:8000")
    parser.add_argument("--client-id", default="")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--officer", action="append", default=[])
    options = parser.parse_args()
    terminal, now = Terminal(options.directory), int(time.time())
    if options.command == "open":
        question, proofs = (json.loads(p.read_text("utf-8")) for p in options.files)
        permitted, reason = terminal.open(question, proofs, now)
        print("OPENED" if permitted else f"NOT OPENED: {reason}")
        return 0 if permitted else 1
    gate = Gate(options.gate, options.client_id, options.client_secret)
    if options.command == "sync":
        terminal.sync(gate, options.officer, now)
        print(f"synced, challenge {terminal.state['challenge']}")
    else:
        print(json.dumps(terminal.upload(gate)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
