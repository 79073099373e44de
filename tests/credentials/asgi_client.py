"""A tiny in-process client for ASGI applications."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class AsgiClient:
    """Calls an ASGI application with plain requests."""

    def __init__(
        self, application: Callable[..., Awaitable[None]], token: str = ""
    ) -> None:
        self.application = application
        self.token = token

    def post(self, path: str, document: Any = None, **headers: str) -> Answer:
        body = (
            document if isinstance(document, bytes) else json.dumps(document).encode()
        )
        return self.request("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, b"", **headers)

    def request(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        sent = {"content_type": "application/json"} if method == "POST" else {}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        sent.update(headers)
        raw = [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in sent.items()
            if value is not None
        ]
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": raw,
            "client": ("127.0.0.1", 40000),
        }
        return async_to_sync(self._call)(scope, body)

    async def _call(self, scope: dict[str, Any], body: bytes) -> Answer:
        pending = [{"type": "http.request", "body": body, "more_body": False}]
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return pending.pop(0) if pending else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self.application(scope, receive, send)
        start = messages[0]
        return Answer(
            start["status"],
            {name.decode(): value.decode() for name, value in start["headers"]},
            b"".join(message.get("body", b"") for message in messages[1:]),
        )
