"""A small inspection system that opens an inspection only when the gate says so.

    python examples/inspection_system.py --gate http://127.0.0.1:8000 \\
        --client-id ID --client-secret SECRET --case case-2026-000123 \\
        --officer PUBLIC_ID:lead --officer PUBLIC_ID:member

Prints what it did and ends with 0 when the inspection was opened, 1 when the gate
refused, 2 when the gate could not be asked or its answer was not understood. Copy
``Gate`` into your own system: everything that is not a clear yes is a no.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

TIMEOUT_SECONDS = 5
DEFAULTS = {"case": "case-2026-000123", "sector": "hazchem", "method": "focused"}
DEFAULTS |= {"division": "970121", "site": "ent-5f3a", "task": "2026-0123"}


class NoAnswerError(Exception):
    """The gate gave no usable answer; the inspection must not be opened."""


class Gate:
    """A client of the gate; keeps its token until shortly before it ends."""

    def __init__(self, base: str, client_id: str, client_secret: str) -> None:
        self.base = base.rstrip("/")
        self.client_id, self.client_secret = client_id, client_secret

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": "gate:evaluate gate:explain",
        }
        body = urllib.parse.urlencode(form).encode()
        answer = self._post("/oauth/token", body, {})
        if not isinstance(answer.get("access_token"), str):
            raise NoAnswerError("the token endpoint gave no token")
        return str(answer["access_token"])

    def may_open(self, question: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        """True only for a complete, current and understood yes to this question."""
        request_id = uuid.uuid4().hex
        headers = {
            "Authorization": f"Bearer {self.token()}",
            "Content-Type": "application/json",
            "X-Request-ID": request_id,
        }
        body = json.dumps(question).encode()
        answer = self._post("/access/v1/evaluation", body, headers)
        context = answer.get("context")
        if not isinstance(context, dict) or type(answer.get("decision")) is not bool:
            raise NoAnswerError("the answer is not complete")
        if answer["decision"] is not True:
            return False, context
        if context.get("reason") != "qualified" or context.get("obligations"):
            raise NoAnswerError("the answer says more than is understood")
        until = datetime.fromisoformat(str(context["valid_until"]))
        if datetime.now(tz=UTC) >= until:
            raise NoAnswerError("the answer has run out")
        return True, context

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(self.base + path, body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                sent = headers.get("X-Request-ID")
                if answer.status != 200:
                    raise NoAnswerError(f"status {answer.status}")
                if sent and answer.headers.get("X-Request-ID") != sent:
                    raise NoAnswerError("the answer belongs to another request")
                document = json.loads(answer.read(1_000_000))
        except urllib.error.HTTPError as error:
            raise NoAnswerError(f"status {error.code}") from error
        except (OSError, ValueError) as error:
            raise NoAnswerError(str(error)) from error
        if not isinstance(document, dict):
            raise NoAnswerError("the answer is no object")
        return document


def build_question(options: argparse.Namespace) -> dict[str, Any]:
    """The question of one team about one inspection."""
    members = [
        {"type": "officer", "id": officer, "role": role or "member"}
        for officer, _, role in (text.partition(":") for text in options.officer)
    ]
    task = {"basis": "annual_plan", "number": options.task, "approved": True}
    place = {
        "sector": options.sector,
        "division": options.division,
        "site": options.site,
        "task": task,
    }
    team = {
        "type": "team",
        "id": f"{options.case}#1",
        "properties": {"members": members},
    }
    action = {"name": "open_inspection", "properties": {"method": options.method}}
    resource = {"type": "inspection", "id": options.case, "properties": place}
    now = datetime.now(tz=UTC).isoformat(timespec="seconds")
    context = {"time": now, "client_time": now}
    return {"subject": team, "action": action, "resource": resource, "context": context}


def main() -> int:
    """Asks once, opens or refuses, and says why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gate", default="http://127.0.0.1:8000")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--officer", action="append", default=[], metavar="ID[:ROLE]")
    for name, default in DEFAULTS.items():
        parser.add_argument(f"--{name}", default=default)
    options = parser.parse_args()
    gate = Gate(options.gate, options.client_id, options.client_secret)
    try:
        permitted, context = gate.may_open(build_question(options))
    except (NoAnswerError, KeyError, ValueError) as error:
        print(f"NOT OPENED: no usable answer ({error})")
        return 2
    if permitted:
        print(f"OPENED {options.case} under {context['evaluation_id']}")
        return 0
    print(f"NOT OPENED: {context.get('reason')}")
    for reason in context.get("reasons", []):
        who = reason.get("subject", {}).get("id", "team")
        print(f"  {who}: {reason['code']} – {reason['text']['zh-CN']}")
        print(f"    {reason['remedy']['zh-CN']}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
