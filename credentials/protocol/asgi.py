"""HTTP framing of the protocol as a small ASGI application.

It checks what costs nothing first (path, method, headers, size, JSON), then hands
a parsed operation to the back end, which authenticates and asks its policy.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from credentials.protocol.decode import (
    MAXIMUM_BYTES,
    JsonObject,
    decode_object,
    is_json,
)
from credentials.protocol.errors import ProtocolError, bad_request
from credentials.protocol.metadata import OPERATIONS, WELL_KNOWN
from credentials.protocol.operations import Operation, parse_operation

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request a back end may need."""

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    client: str
    document: JsonObject = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header's value, empty when it was not sent."""
        return self.headers.get(name.encode(), b"").decode("latin-1")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer before it is framed."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class BackEnd(Protocol):
    """Who the protocol hands its work to; ``admit`` turns callers away early."""

    def admit(self, request: Request) -> None: ...

    async def answer(self, request: Request, operation: Operation) -> Response: ...

    async def metadata(self) -> JsonObject: ...


class AuthZen:
    """The AuthZEN endpoints over a back end."""

    def __init__(self, backend: BackEnd) -> None:
        self.backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        await serve(scope, receive, send, self.respond)

    async def respond(self, request: Request, body: bytes) -> Response:
        """Answers a request whose framing is sound."""
        if request.path == WELL_KNOWN:
            return cached_json(request, await self.backend.metadata(), max_age=300)
        operation_name = OPERATIONS.get(request.path)
        if operation_name is None:
            raise ProtocolError(404, "There is nothing at this address.")
        if request.method != "POST":
            raise ProtocolError(405, "Use POST.", {"Allow": "POST"})
        self.backend.admit(request)
        document = read_json(request, body)
        operation = parse_operation(operation_name, document)
        return await self.backend.answer(request_with(request, document), operation)


def request_with(request: Request, document: JsonObject) -> Request:
    """The request together with its decoded body."""
    return Request(
        request.method,
        request.path,
        request.query,
        request.headers,
        request.client,
        document,
    )


def read_json(request: Request, body: bytes) -> JsonObject:
    """The strictly decoded body of a request that must be JSON."""
    if not is_json(request.header("content-type")):
        raise bad_request("The Content-Type must be application/json.")
    return decode_object(body)


def json_response(
    document: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer that no cache may keep."""
    body = msgspec.json.encode(document)
    base = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(body, status, {**base, **(headers or {})})


def cached_json(request: Request, document: JsonObject, *, max_age: int) -> Response:
    """A public JSON answer with a strong entity tag."""
    body = msgspec.json.encode(document)
    return cached(request, body, "application/json", max_age=max_age)


def cached(
    request: Request, body: bytes, content_type: str, *, max_age: int
) -> Response:
    """A public answer with a strong entity tag; 304 when the caller has it."""
    if request.method not in ("GET", "HEAD"):
        raise ProtocolError(405, "Use GET.", {"Allow": "GET, HEAD"})
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": content_type,
        "Cache-Control": f"public, max-age={max_age}",
        "ETag": tag,
    }
    known = request.header("if-none-match")
    if tag in (part.strip() for part in known.split(",")):
        return Response(b"", 304, headers)
    return Response(body, 200, headers)


async def serve(
    scope: Scope,
    receive: Receive,
    send: Send,
    respond: Callable[[Request, bytes], Awaitable[Response]],
) -> None:
    """Reads a request, asks for the response and frames it; errors are plain text."""
    headers = dict(scope["headers"])
    request_id, error = _request_id(scope["headers"])
    try:
        if error is not None:
            raise error
        body = await _read_body(headers, receive)
        client = scope.get("client") or ("", 0)
        request = Request(
            scope["method"],
            scope["path"],
            scope.get("query_string", b"").decode("latin-1"),
            headers,
            client[0],
        )
        response = await respond(request, body)
    except ProtocolError as failure:
        response = error_response(failure)
    await _send(send, response, request_id, head=scope["method"] == "HEAD")


def error_response(failure: ProtocolError) -> Response:
    """An error as the protocol wants it: the message and nothing else."""
    base = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    return Response(
        failure.message.encode(), failure.status, {**base, **failure.headers}
    )


def _request_id(headers: list[tuple[bytes, bytes]]) -> tuple[bytes, Exception | None]:
    sent = [value for name, value in headers if name == b"x-request-id"]
    if not sent:
        return uuid.uuid4().hex.encode(), None
    if len(sent) > 1 or not REQUEST_ID.fullmatch(sent[0]):
        return uuid.uuid4().hex.encode(), bad_request("The X-Request-ID is not usable.")
    return sent[0], None


async def _read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > MAXIMUM_BYTES:
        raise ProtocolError(413, "The request body is too large.")
    parts = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise bad_request("The request ended early.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAXIMUM_BYTES:
            raise ProtocolError(413, "The request body is too large.")
        parts.append(chunk)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _send(
    send: Send, response: Response, request_id: bytes, *, head: bool
) -> None:
    headers = [
        (name.lower().encode(), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    headers.append((b"x-request-id", request_id))
    headers.append((b"content-length", str(len(response.body)).encode()))
    headers.append((b"x-content-type-options", b"nosniff"))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else response.body})
