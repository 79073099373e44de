"""The paths of the gate and who answers them."""

from __future__ import annotations

import gc

from asgiref.sync import sync_to_async
from django.conf import settings
from django.urls import get_resolver

from credentials.gate.artefacts import ROUTES, key_set, status_list
from credentials.gate.desk import Desk
from credentials.gate.routes import respond_route
from credentials.protocol.asgi import (
    AuthZen,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    cached_json,
    serve,
)
from credentials.protocol.decode import JsonObject
from credentials.protocol.metadata import WELL_KNOWN, metadata_document

KEY_SET = "/.well-known/jwks.json"
PREFIXES = (
    "/access/v1/",
    WELL_KNOWN,
    KEY_SET,
    "/gate/v1/",
    "/events/v1",
    "/status/",
)
"""The paths that ``config.asgi`` sends here."""


class Gate(Desk):
    """The desk, with what it says about itself."""

    async def metadata(self) -> JsonObject:
        """The metadata document of this installation."""
        return metadata_document(
            settings.BASE_URL, jwks_uri=settings.BASE_URL + KEY_SET
        )


class GateApplication:
    """One gate: its AuthZEN endpoints and its own."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.authzen = AuthZen(self.gate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request to the gate."""
        await serve(scope, receive, send, self.respond)

    async def respond(self, request: Request, body: bytes) -> Response:
        """Chooses who answers."""
        path = request.path
        if path.startswith("/access/v1/") or path == WELL_KNOWN:
            return await self.authzen.respond(request, body)
        if path == KEY_SET:
            keys = await sync_to_async(key_set, thread_sensitive=True)()
            return cached_json(request, keys, max_age=300)
        if path.startswith("/status/"):
            return await sync_to_async(status_list, thread_sensitive=True)(request)
        return await respond_route(ROUTES, request, body)


application = GateApplication()


async def warm_up() -> None:
    """Does beforehand what the first requests of a process would wait for.

    Loads the addresses (and with them every view), opens a connection and prepares
    the statements in every lane. Then what lives as long as the process is taken out
    of garbage collection, whose full passes would otherwise hold up answers.
    """
    await sync_to_async(lambda: get_resolver().url_patterns, thread_sensitive=True)()
    await application.gate.warm_up()
    gc.collect()
    gc.freeze()
