"""The gate: a small ASGI application beside Django on the same origin."""

from credentials.gate.application import PREFIXES, application, warm_up

__all__ = ["PREFIXES", "application", "warm_up"]
