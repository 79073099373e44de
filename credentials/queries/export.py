"""The whole register as records, without what others need not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credentials.models import Checkpoint, LedgerEntry, Qualification

COLUMNS = (
    "number",
    "officer",
    "scheme",
    "scheme_version",
    "issuer",
    "state",
    "valid_from",
    "valid_to",
    "sectors",
    "methods",
    "divisions",
    "suspended_since",
    "closed_at",
    "revision",
)


def qualification_records() -> Iterator[dict[str, Any]]:
    """Every qualification as the rows have it, by public ids."""
    rows = Qualification.objects.select_related("officer", "scheme", "issuer")
    for row in rows.order_by("pk").iterator(2000):
        yield {
            "number": row.number,
            "officer": str(row.officer.public_id),
            "scheme": row.scheme.key,
            "scheme_version": row.scheme_version,
            "issuer": str(row.issuer.public_id),
            "state": row.state,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat(),
            "sectors": row.sectors,
            "methods": row.methods,
            "divisions": row.divisions,
            "suspended_since": row.suspended_since and row.suspended_since.isoformat(),
            "closed_at": row.closed_at and row.closed_at.isoformat(),
            "revision": row.sequence,
        }


def ledger_records() -> Iterator[dict[str, Any]]:
    """Every entry with the hashes by which anybody can verify the chain."""
    for row in LedgerEntry.objects.order_by("sequence").iterator(2000):
        yield {**row.payload(), "prev_hash": row.prev_hash, "hash": row.hash}


def checkpoint_records() -> Iterator[dict[str, Any]]:
    """Every signed checkpoint."""
    for row in Checkpoint.objects.order_by("size"):
        yield {
            "size": row.size,
            "root": row.root,
            "head": row.head,
            "made_at": row.made_at.isoformat(),
            "signature": row.signature,
        }
