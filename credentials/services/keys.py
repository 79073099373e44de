"""Signing keys: the public half in the database, the private half in a file.

A copy of the database therefore signs nothing.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from credentials.errors import KeyUnreadable
from credentials.models import SigningKey
from credentials.services.gate import publish_event
from credentials.tokens import PrivateKey, generate_private_jwk, load_private_key

KEY_OVERLAP = timedelta(days=400)
"""How long a retired key stays published: receipts are kept for review."""


def key_directory() -> Path:
    """Where private keys lie; readable by the server's user only."""
    chosen = getattr(settings, "GATE_KEY_DIR", "") or f"{settings.VAR_DIR}/gate-keys"
    return _as_path(str(chosen))


@lru_cache(maxsize=8)
def _as_path(text: str) -> Path:
    """Every batch of the gate asks; taking a path apart is not free."""
    return Path(text)


def current_key() -> PrivateKey | None:
    """The key that signs now, or None when there is none on this machine."""
    row = SigningKey.objects.filter(retired_at__isnull=True).first()
    return load_key(row.kid) if row is not None else None


def signing_key(*, now: datetime) -> PrivateKey:
    """The key that signs now, made when there is none yet."""
    ensure_key(now=now)
    key = current_key()
    if key is None:
        raise KeyUnreadable
    return key


def load_key(kid: str) -> PrivateKey | None:
    """The private half of a key, or None when it does not lie on this machine."""
    if not kid:
        return None
    path = key_directory() / f"{kid}.json"
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _load(str(path), stamp)


@transaction.atomic
def rotate_keys(*, now: datetime) -> SigningKey:
    """Makes a new signing key and retires the present one. Every call makes one."""
    kid = _fresh_kid(now)
    jwk = generate_private_jwk(kid)
    _write(kid, json.dumps(jwk))
    SigningKey.objects.filter(retired_at__isnull=True).update(retired_at=now)
    key = SigningKey.objects.create(
        kid=kid, public_jwk=load_private_key(jwk).public_jwk, created_at=now
    )
    publish_event("key.rotated", {"kid": kid}, now=now)
    return key


def _fresh_kid(now: datetime) -> str:
    """A name neither this database nor a key file of an earlier one has used."""
    taken = set(SigningKey.objects.values_list("kid", flat=True))
    serial = 1
    while True:
        kid = f"{now:%Y-%m}-g{serial}"
        if kid not in taken and not (key_directory() / f"{kid}.json").exists():
            return kid
        serial += 1


def ensure_key(*, now: datetime) -> SigningKey:
    """The present key, made when there is none yet."""
    present = SigningKey.objects.filter(retired_at__isnull=True).first()
    if present is not None and (key_directory() / f"{present.kid}.json").exists():
        return present
    return rotate_keys(now=now)


def _write(kid: str, text: str) -> None:
    directory = key_directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(directory / f"{kid}.json", flags, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@lru_cache(maxsize=4)
def _load(path: str, stamp: int) -> PrivateKey:
    del stamp
    return load_private_key(json.loads(Path(path).read_text(encoding="utf-8")))
