"""Hash chains for every append-only log of the product: sittings, runs, ledger.

Each entry's hash covers the hash before it and the RFC 8785 canonical form of its
payload, so that an edit, a gap or a reorder breaks every later link.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import rfc8785

GENESIS = "0" * 64
"""The hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored link: its place, its payload, and the two hashes kept beside it."""

    seq: int
    payload: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that does not follow from those before it."""

    seq: int
    reason: str


def canonical(payload: dict[str, Any]) -> bytes:
    """The one byte form of a payload (RFC 8785); integers beyond ±2^53 are refused."""
    return rfc8785.dumps(payload)


def link_hash(prev_hash: str, payload: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical payload, as lowercase hex."""
    return hashlib.sha256(prev_hash.encode("ascii") + canonical(payload)).hexdigest()


def verify_chain(
    entries: Iterable[Entry], *, first_seq: int = 1, prev_hash: str = GENESIS
) -> Break | None:
    """The first break of a chain read in storage order, or None when it holds."""
    expected = first_seq
    for entry in entries:
        if entry.seq != expected:
            return Break(expected, "missing")
        if entry.prev_hash != prev_hash:
            return Break(entry.seq, "not_linked")
        if link_hash(prev_hash, entry.payload) != entry.hash:
            return Break(entry.seq, "altered")
        prev_hash = entry.hash
        expected += 1
    return None
