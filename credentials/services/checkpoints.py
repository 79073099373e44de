"""Checkpoints: a signed root that whoever keeps it can hold against the ledger."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from credentials.models import Checkpoint
from credentials.queries.verification import (
    CHECKPOINT_TYPE,
    checkpoint_claims,
    leaves_until,
)
from credentials.rules.merkle import root_of
from credentials.services.keys import signing_key
from credentials.services.ledger import lock_register
from credentials.tokens import sign


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
    key = signing_key(now=now)
    checkpoint = Checkpoint(
        size=register.sequence,
        root=root_of(leaves_until(register.sequence)).hex(),
        head=register.hash,
        made_at=now,
        key_id=key.kid,
    )
    checkpoint.signature = sign(
        checkpoint_claims(checkpoint), typ=CHECKPOINT_TYPE, key=key
    )
    checkpoint.save(force_insert=True)
    return checkpoint
