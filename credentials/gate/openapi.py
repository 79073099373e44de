"""The description of everything the gate answers that is not AuthZEN."""

from __future__ import annotations

import re
from typing import Any

from credentials.gate.artefacts import ROUTES
from credentials.gate.routes import Route

EVALUATIONS = {
    "/access/v1/evaluation": "One question (AuthZEN 1.0)",
    "/access/v1/evaluations": "Many questions (AuthZEN 1.0)",
    "/access/v1/search/subject": "Who may (AuthZEN 1.0)",
    "/access/v1/search/resource": "Where somebody may (AuthZEN 1.0)",
    "/access/v1/search/action": "What somebody may (AuthZEN 1.0)",
}
PUBLIC = {
    "/.well-known/authzen-configuration": "Metadata of the decision point",
    "/.well-known/jwks.json": "Public keys of the gate",
    "/status/1": "Status list of qualifications",
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
            "get": {"summary": summary, "responses": {"200": {"description": "OK"}}}
        }
    for found in ROUTES:
        path = _template(found)
        summary = str(found.handler.__doc__).strip().splitlines()[0]
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


def _operation(summary: str, scope: str, path: str, method: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary,
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
