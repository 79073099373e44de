"""Signed compact tokens (RFC 7515) with one algorithm: Ed25519 (RFC 9864).

A verifier accepts exactly one ``typ`` per purpose and only keys it was given. It
never follows a key or an address named inside a token.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
MAXIMUM_TOKEN = 512 * 1024
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})


class BadTokenError(Exception):
    """A token that must not be believed; the text says why."""


@dataclass(frozen=True)
class PrivateKey:
    """A key to sign with, ready for use."""

    kid: str
    key: Ed25519PrivateKey

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public half as a JWK."""
        raw = self.key.public_key().public_bytes_raw()
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": encode(raw),
            "kid": self.kid,
            "use": "sig",
            "alg": ALGORITHM,
        }


def generate_private_jwk(kid: str) -> dict[str, Any]:
    """A fresh private key as a JWK."""
    key = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM})
    return dict(key.as_dict(private=True))


def load_private_key(jwk: Mapping[str, Any]) -> PrivateKey:
    """A private key from its JWK; joserfc checks the JWK."""
    private = OKPKey.import_key(dict(jwk)).private_key
    if not isinstance(private, Ed25519PrivateKey):
        raise BadTokenError("The key is no private Ed25519 key.")
    return PrivateKey(str(jwk["kid"]), private)


def load_public_key(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    """A public key from its JWK."""
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519" or "d" in jwk:
        raise BadTokenError("The key is no public Ed25519 key.")
    return Ed25519PublicKey.from_public_bytes(decode(str(jwk.get("x", ""))))


def sign(claims: Mapping[str, Any], *, typ: str, key: PrivateKey) -> str:
    """A compact token over the claims."""
    header = {"alg": ALGORITHM, "typ": typ, "kid": key.kid}
    signed = f"{encode(_dump(header))}.{encode(_dump(claims))}"
    return f"{signed}.{encode(key.key.sign(signed.encode()))}"


def verify(
    token: str, *, typ: str, keys: Mapping[str, Ed25519PublicKey]
) -> dict[str, Any]:
    """The claims of a token of that type signed by one of the keys."""
    if len(token) > MAXIMUM_TOKEN or not COMPACT.fullmatch(token):
        raise BadTokenError("The token has no compact form.")
    head, body, seal = token.split(".")
    header = _object(head)
    if set(header) - HEADER_MEMBERS:
        raise BadTokenError("The token header has members that are not allowed.")
    if header.get("alg") != ALGORITHM or header.get("typ") != typ:
        raise BadTokenError("The token is of another kind.")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise BadTokenError("The token names an unknown key.")
    try:
        key.verify(decode(seal), f"{head}.{body}".encode())
    except InvalidSignature:
        raise BadTokenError("The signature does not fit.") from None
    return _object(body)


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """base64url without padding; refuses every other spelling of the same bytes."""
    try:
        raw = base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except ValueError:
        raise BadTokenError("The token is not base64url.") from None
    if encode(raw) != text:
        raise BadTokenError("The token is not in canonical base64url.")
    return raw


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(decode(part))
    except (ValueError, RecursionError):
        raise BadTokenError("The token does not hold JSON.") from None
    if not isinstance(value, dict):
        raise BadTokenError("The token does not hold an object.")
    return value
