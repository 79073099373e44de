"""The paths of the gate and who answers them."""

from __future__ import annotations

from django.conf import settings

from credentials.gate.desk import Desk
from credentials.protocol.asgi import (
    AuthZen,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    serve,
)
from credentials.protocol.decode import JsonObject
from credentials.protocol.metadata import metadata_document

PREFIXES = (
    "/access/v1/",
    "/.well-known/authzen-configuration",
)
"""The paths that ``config.asgi`` sends here."""


class Gate(Desk):
    """The desk, with what it says about itself."""

    async def metadata(self) -> JsonObject:
        """The metadata document of this installation."""
        return metadata_document(settings.BASE_URL)


gate = Gate()
authzen = AuthZen(gate)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serves one request to the gate."""
    await serve(scope, receive, send, respond)


async def respond(request: Request, body: bytes) -> Response:
    """Chooses who answers."""
    return await authzen.respond(request, body)
