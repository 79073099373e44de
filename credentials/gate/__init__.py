"""The gate: a small ASGI application beside Django on the same origin."""

from credentials.gate.application import PREFIXES, application

__all__ = ["PREFIXES", "application"]
