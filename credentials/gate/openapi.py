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
    "429": "Too many requests",
    "503": "No answer now: refuse",
}


def openapi_document(base_url: str) -> dict[str, Any]:
    """OpenAPI 3.1, built from the routes themselves so that it cannot fall behind."""
    paths: dict[str, dict[str, Any]] = {}
    for path, summary in EVALUATIONS.items():
        scope = "gate:search" if "/search/" in path else "gate:evaluate"
        paths[path] = {"post": _operation(summary, scope, [], "POST")}
    for path, summary in PUBLIC.items():
        paths[path] = {
            "get": {"summary": summary, "responses": {"200": {"description": "OK"}}}
        }
    for found in ROUTES:
        path, parameters = _template(found)
        summary = str(found.handler.__doc__).strip().splitlines()[0]
        operation = _operation(summary, found.scope, parameters, found.method)
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
    summary: str, scope: str, parameters: list[str], method: str
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary,
        "security": [{"oauth": [scope]}],
        "responses": {
            "200": {"description": "OK"},
            **({"201": {"description": "Made"}} if method == "POST" else {}),
            **{code: {"description": text} for code, text in ERRORS.items()},
        },
    }
    if parameters:
        described["parameters"] = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "maxLength": 128},
            }
            for name in parameters
        ]
    if method == "POST":
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    return described


def _template(found: Route) -> tuple[str, list[str]]:
    names = list(found.path.groupindex)
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", found.path.pattern)
    return path, names


def _scopes() -> dict[str, str]:
    return {found.scope: found.scope for found in ROUTES} | {
        "gate:evaluate": "gate:evaluate",
        "gate:search": "gate:search",
    }
