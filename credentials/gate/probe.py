"""Asks the gate in this process, exactly as a connected system would over HTTP."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from credentials.gate.application import application


@dataclass(frozen=True, slots=True)
class Probe:
    """What came back, ready to be shown."""

    status: int
    headers: dict[str, str]
    body: str
    milliseconds: float
    document: dict[str, Any]

    @property
    def permitted(self) -> bool:
        """Only a complete yes is one."""
        return self.status == 200 and self.document.get("decision") is True

    @property
    def context(self) -> dict[str, Any]:
        """The context of the answer, empty for an error."""
        found = self.document.get("context", {})
        return found if isinstance(found, dict) else {}

    def reasons(self, language: str) -> list[dict[str, str]]:
        """The reasons in one language, the root cause first."""
        return [
            {
                "code": reason["code"],
                "officer": reason.get("subject", {}).get("id", ""),
                "text": reason["text"][language],
                "remedy": reason["remedy"][language],
            }
            for reason in self.context.get("reasons", [])
        ]

    def summary(self, language: str) -> str:
        """The one sentence of the answer, or the message of an error."""
        said = self.context.get("reason_user", {})
        return str(said.get(language, self.body))


async def ask_gate(question: dict[str, Any], token: str) -> Probe:
    """One evaluation through the ASGI application itself."""
    body = json.dumps(question).encode()
    pending = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return pending.pop(0) if pending else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/access/v1/evaluation",
        "query_string": b"",
        "headers": [
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {token}".encode()),
        ],
        "client": ("127.0.0.1", 0),
    }
    start = perf_counter()
    await application(scope, receive, send)
    took = (perf_counter() - start) * 1000
    raw = b"".join(message.get("body", b"") for message in sent[1:])
    return _probe(sent[0], raw, took)


def _probe(start: MutableMapping[str, Any], raw: bytes, took: float) -> Probe:
    text = raw.decode()
    try:
        document = json.loads(text)
    except ValueError:
        document = {}
    shown = json.dumps(document, ensure_ascii=False, indent=2) if document else text
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Probe(start["status"], headers, shown, round(took, 1), document)
