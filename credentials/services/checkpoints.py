"""Checkpoints: a signed root that whoever keeps it can hold against the ledger."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from credentials.models import Checkpoint
from credentials.models.register import instant_text
from credentials.queries.verification import leaves_until
from credentials.rules.merkle import root_of
from credentials.services.keys import current_key, ensure_key
from credentials.services.ledger import lock_register
from credentials.tokens import sign

TYPE = "register-checkpoint+jwt"


@transaction.atomic
def make_checkpoint(*, now: datetime) -> Checkpoint | None:
    """Signs the tree over all entries so far; nothing when nothing was added.

    Idempotent per size of the ledger.
    """
    register = lock_register()
    if register.sequence == 0:
        return None
    existing = Checkpoint.objects.filter(size=register.sequence).first()
    if existing is not None:
        return existing
    ensure_key(now=now)
    key = current_key()
    root = root_of(leaves_until(register.sequence)).hex()
    claims = {
        "size": register.sequence,
        "root": root,
        "head": register.hash,
        "made_at": instant_text(now),
    }
    return Checkpoint.objects.create(
        size=register.sequence,
        root=root,
        head=register.hash,
        made_at=now,
        key_id=key.kid if key else "",
        signature=sign(claims, typ=TYPE, key=key) if key else "",
    )
