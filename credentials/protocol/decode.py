"""A strict JSON decoder for a gate.

Two readers of one request must never understand it differently. So duplicate
keys, NaN, NUL, lone surrogates, numbers beyond double precision, deep nesting and
large bodies are refused instead of repaired.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from credentials.protocol.errors import ProtocolError, bad_request

MAXIMUM_BYTES = 64 * 1024
MAXIMUM_DEPTH = 32
SAFE_INTEGER = 2**53 - 1

JsonObject = dict[str, Any]


def decode_object(body: bytes) -> JsonObject:
    """Decodes a request body that must be one JSON object."""
    if len(body) > MAXIMUM_BYTES:
        raise ProtocolError(413, "The request body is too large.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("The request body is not valid UTF-8.") from None
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise bad_request("The request body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise bad_request("The request body must be a JSON object.")
    _check(value)
    return value


def is_json(content_type: str) -> bool:
    """Whether a Content-Type header names JSON; the charset may only be UTF-8."""
    media, _, parameters = content_type.partition(";")
    if media.strip().lower() != "application/json":
        return False
    name, _, value = parameters.strip().partition("=")
    return name.strip().lower() != "charset" or value.strip('" ').lower() in (
        "utf-8",
        "utf8",
    )


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate member name")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, strict=True
)


def _check(root: JsonObject) -> None:
    """Bounds depth and numbers and refuses text that is no Unicode."""
    level: list[Any] = [root]
    for _ in range(MAXIMUM_DEPTH):
        below: list[Any] = []
        for value in level:
            if type(value) is dict:
                for key in value:
                    _check_text(key)
                below.extend(value.values())
            elif type(value) is list:
                below.extend(value)
            elif type(value) is str:
                _check_text(value)
            elif type(value) is int:
                if not -SAFE_INTEGER <= value <= SAFE_INTEGER:
                    raise bad_request("A number is too large.")
            elif type(value) is float and not math.isfinite(value):
                raise bad_request("A number is too large.")
        if not below:
            return
        level = below
    raise bad_request("The request body is nested too deeply.")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise bad_request("A text holds a NUL character.")
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise bad_request("A text holds an unpaired surrogate.") from None
