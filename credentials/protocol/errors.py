"""Errors that end a whole request; their body is one plain message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProtocolError(Exception):
    """A request answered by a status other than 200."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.message}"


def bad_request(message: str) -> ProtocolError:
    """The request cannot be understood; the message never repeats what was sent."""
    return ProtocolError(400, message)


def unauthorized(error: str = "") -> ProtocolError:
    """No or no valid access token."""
    challenge = 'Bearer realm="gate"' + (f', error="{error}"' if error else "")
    return ProtocolError(
        401, "A valid access token is required.", {"WWW-Authenticate": challenge}
    )


def insufficient_scope(scope: str) -> ProtocolError:
    """The token is good but does not reach this far."""
    challenge = f'Bearer realm="gate", error="insufficient_scope", scope="{scope}"'
    return ProtocolError(
        403, "The access token lacks a scope.", {"WWW-Authenticate": challenge}
    )


def unavailable(message: str, *, retry_after: int = 1) -> ProtocolError:
    """The gate cannot answer now; the caller must refuse."""
    return ProtocolError(503, message, {"Retry-After": str(retry_after)})
