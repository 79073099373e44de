"""The description of everything the gate answers that is not AuthZEN."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from credentials.gate.artefacts import ROUTES
from credentials.gate.routes import Route

EVALUATIONS = {
    "/access/v1/evaluation": _("Asks whether this team may do this, here and now."),
    "/access/v1/evaluations": _("Asks many questions at once."),
    "/access/v1/search/subject": _("Tells who may."),
    "/access/v1/search/resource": _("Tells where somebody may."),
    "/access/v1/search/action": _("Tells what somebody may."),
}
PUBLIC = {
    "/.well-known/authzen-configuration": _("Where the endpoints are."),
    "/.well-known/jwks.json": _("The public keys of the gate."),
    "/status/1": _("The status list of all qualifications."),
}
OWN = {
    ("POST", "/gate/v1/permits"): _(
        "Decides and records a permit, at once or not at all."
    ),
    ("GET", "/gate/v1/permits/{permit}"): _("Shows one permit of the caller."),
    ("POST", "/gate/v1/permits/{permit}/confirm"): _(
        "Asks again on arrival, about the people who really came."
    ),
    ("POST", "/gate/v1/permits/{permit}/withdraw"): _("Ends a permit of the caller."),
    ("GET", "/gate/v1/decisions"): _(
        "Lists what the caller asked, by officer or inspection, newest first."
    ),
    ("GET", "/events/v1"): _(
        "Lists the events after a number, in order, without gaps."
    ),
    ("GET", "/gate/v1/offline/policy"): _(
        "The rules by which a terminal decides alone."
    ),
    ("GET", "/gate/v1/offline/credentials/{officer}"): _(
        "The credentials of one officer of the caller's area."
    ),
    ("POST", "/gate/v1/offline/terminals"): _("Registers a terminal of the caller."),
    ("POST", "/gate/v1/offline/records"): _(
        "Takes decisions made without network and tells where the register differs."
    ),
    ("POST", "/gate/v1/webhooks"): _(
        "Adds an address to push events to; its secret is shown only then."
    ),
    ("GET", "/gate/v1/webhooks"): _("Lists the caller's addresses and how they do."),
}
ERRORS = {
    "400": "The request cannot be understood",
    "401": "No or no valid access token",
    "403": "The token lacks the scope",
    "404": "Not found, or not yours",
    "409": "The state does not allow it",
    "413": "The body is larger than 64 KiB",
    "422": "The Idempotency-Key belongs to another request",
    "429": "Too many requests",
    "503": "No answer now: refuse",
}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "string", "pattern": "^[0-9]{1,17}$"}
KEY = {
    "type": "object",
    "description": "A public Ed25519 key (RFC 8037)",
    "required": ["kty", "crv", "x"],
    "properties": {
        "kty": {"const": "OKP"},
        "crv": {"const": "Ed25519"},
        "x": {"type": "string"},
    },
}
MEMBER = {
    "type": "object",
    "required": ["type", "id"],
    "properties": {
        "type": {"const": "officer"},
        "id": TEXT,
        "role": {"enum": ["lead", "member", "trainee", "assistant"]},
    },
}


def _body(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


QUESTION = _body(
    ["subject", "action", "resource"],
    subject=_body(
        ["type", "id"],
        type=TEXT,
        id=TEXT,
        properties=_body([], members={"type": "array", "items": MEMBER}),
    ),
    action=_body(["name"], name=TEXT, properties={"type": "object"}),
    resource=_body(["type", "id"], type=TEXT, id=TEXT, properties={"type": "object"}),
    context={"type": "object"},
)
BODIES: dict[str, dict[str, Any]] = {
    "/access/v1/evaluation": QUESTION,
    "/gate/v1/permits": QUESTION,
    "/gate/v1/permits/{permit}/confirm": _body(
        [],
        members={"type": "array", "items": MEMBER},
        client_time={"type": "string", "format": "date-time"},
    ),
    "/gate/v1/permits/{permit}/withdraw": _body(["reason"], reason=TEXT),
    "/gate/v1/offline/terminals": _body(
        ["name", "public_jwk"], name=TEXT, public_jwk=KEY
    ),
    "/gate/v1/offline/records": _body(
        ["terminal", "records"],
        terminal={"type": "string", "format": "uuid"},
        records={"type": "array", "maxItems": 500, "items": TEXT},
    ),
    "/gate/v1/webhooks": _body(["url"], url={"type": "string", "format": "uri"}),
}
"""What a POST carries; a body not named here is described by AuthZEN itself."""
INPUTS: dict[tuple[str, str], tuple[tuple[str, str, dict[str, Any]], ...]] = {
    ("POST", "/gate/v1/permits"): (
        ("header", "Idempotency-Key", {**TEXT, "pattern": "^[!-~]{1,128}$"}),
    ),
    ("GET", "/gate/v1/decisions"): (
        ("query", "officer", TEXT),
        ("query", "inspection", TEXT),
        ("query", "before", TEXT),
    ),
    ("GET", "/events/v1"): (("query", "after", NUMBER), ("query", "limit", NUMBER)),
}
"""Inputs besides path and body: where, name and form."""


def openapi_document(base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1, built from the routes themselves so that it cannot fall behind."""
    paths: dict[str, dict[str, Any]] = {}
    for path, summary in EVALUATIONS.items():
        scope = "gate:search" if "/search/" in path else "gate:evaluate"
        paths[path] = {"post": _operation(summary, scope, path, "POST")}
    for path, summary in PUBLIC.items():
        paths[path] = {
            "get": {
                "summary": str(summary),
                "responses": {"200": {"description": "OK"}},
            }
        }
    for found in ROUTES:
        path = _template(found)
        summary = OWN[found.method, path]
        operation = _operation(summary, found.scope, path, found.method)
        paths.setdefault(path, {})[found.method.lower()] = operation
    flow = {"tokenUrl": f"{base_url}/oauth/token", "scopes": _scopes()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Warrant gate", "version": "1"},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}
            }
        },
    }


def _operation(
    summary: str | StrPromise, scope: str, path: str, method: str
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": str(summary),
        "security": [{"oauth": [scope]}],
        "parameters": [*_path_parameters(path), *_inputs(method, path)],
        "responses": {
            "200": {"description": "OK"},
            **({"201": {"description": "Made"}} if method == "POST" else {}),
            **{code: {"description": text} for code, text in ERRORS.items()},
        },
    }
    if method == "POST":
        schema = BODIES.get(path, {"type": "object"})
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 128}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _inputs(method: str, path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": where, "required": where == "header", "schema": schema}
        for where, name, schema in INPUTS.get((method, path), ())
    ]


def _template(found: Route) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", found.path.pattern)


def _scopes() -> dict[str, str]:
    return {found.scope: found.scope for found in ROUTES} | {
        "gate:evaluate": "gate:evaluate",
        "gate:search": "gate:search",
    }
