"""The gate: a small ASGI application beside Django on the same origin."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

PREFIXES = ("/access/v1/", "/.well-known/authzen-configuration", "/gate/v1/")
"""The paths that `config.asgi` sends here."""


async def application(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Answers nothing yet: every path is unknown."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})
