"""Proof that nobody changed the ledger, and that the rows say what it says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.chain import GENESIS, Break, verify_chain
from accounts.chain import Entry as Link
from credentials.models import (
    Checkpoint,
    LedgerEntry,
    Qualification,
    Register,
    SigningKey,
)
from credentials.models.register import instant_text
from credentials.queries.register import to_entry
from credentials.rules.lifecycle import Entry, IllegalAct, Standing, fold
from credentials.rules.merkle import Frontier, leaf_hash
from credentials.tokens import BadTokenError, load_public_key, verify

CHUNK = 2000
CHECKPOINT_TYPE = "register-checkpoint+jwt"


@dataclass(slots=True)
class Verification:
    """The answer of ``verify_ledger``: how much was read, and the first fault."""

    entries: int = 0
    since: int = 0
    head: str = ""
    fault: Break | None = None
    checkpoints: int = 0

    @property
    def intact(self) -> bool:
        return self.fault is None


def verify_ledger(*, since: Checkpoint | None = None) -> Verification:
    """Reads the whole ledger (or what follows a checkpoint) and checks every link.

    An edit, a gap or a reorder breaks a link; a cut-off end is seen by the head of
    the register and by every checkpoint. One pass over the entries, whatever the
    number of checkpoints; of those before ``since`` only the hashes are read.
    """
    start = since.size if since else 0
    answer = Verification(since=start)
    tree = Frontier()
    for leaf in leaves_until(start):
        tree.add(leaf)
    if since is not None and tree.root().hex() != since.root:
        answer.fault = Break(start, "checkpoint_differs")
        return answer
    checks = _Checks(start, tree)
    broken = verify_chain(
        _links(start, answer, checks),
        first_seq=start + 1,
        prev_hash=since.head if since else GENESIS,
    )
    answer.fault = broken or _end_fault(answer) or checks.end(start + answer.entries)
    answer.checkpoints = checks.seen
    return answer


class _Checks:
    """The checkpoints after a size, compared while the tree grows past each."""

    def __init__(self, start: int, tree: Frontier) -> None:
        self.tree, self.seen, self.size = tree, 0, start
        self.fault: Break | None = None
        self._rows = Checkpoint.objects.filter(size__gt=start).order_by("size")
        self._waiting = list(self._rows.values_list("size", flat=True))[::-1]
        self._keys = {
            key.kid: load_public_key(key.public_jwk) for key in SigningKey.objects.all()
        }

    def take(self, row: LedgerEntry) -> None:
        """Adds an entry to the tree; looks at the checkpoint of that size, if any."""
        self.tree.add(leaf_hash(bytes.fromhex(row.hash)))
        self.size += 1
        if not self._waiting or self.size != self._waiting[-1]:
            return
        self._waiting.pop()
        self.seen += 1
        if self.fault is None:
            checkpoint = self._rows.get(size=self.size)
            if self.tree.root().hex() != checkpoint.root:
                self.fault = Break(self.size, "checkpoint_differs")
            elif not _signed(checkpoint, self._keys):
                self.fault = Break(self.size, "checkpoint_unsigned")

    def end(self, last: int) -> Break | None:
        """The first fault, or that a checkpoint lies beyond the last entry."""
        if self.fault is None and self._waiting:
            return Break(last + 1, "truncated")
        return self.fault


def _signed(checkpoint: Checkpoint, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether the signature is of one of our keys and covers what the row says."""
    try:
        claims = verify(checkpoint.signature, typ=CHECKPOINT_TYPE, keys=keys)
    except BadTokenError:
        return False
    return claims == checkpoint_claims(checkpoint)


def checkpoint_claims(checkpoint: Checkpoint) -> dict[str, Any]:
    """What the signature of a checkpoint covers."""
    return {
        "size": checkpoint.size,
        "root": checkpoint.root,
        "head": checkpoint.head,
        "made_at": instant_text(checkpoint.made_at),
    }


def leaves_until(size: int) -> Iterator[bytes]:
    """The leaf hashes of the first ``size`` entries, in order."""
    hashes = (
        LedgerEntry.objects.filter(sequence__lte=size)
        .order_by("sequence")
        .values_list("hash", flat=True)
        .iterator(CHUNK)
    )
    for text in hashes:
        yield leaf_hash(bytes.fromhex(text))


@dataclass(slots=True)
class Rebuild:
    """What a recomputation of the projection found."""

    qualifications: int = 0
    differences: list[str] = field(default_factory=list)


def differing_rows() -> Iterator[
    tuple[Qualification | None, uuid.UUID, Standing | None]
]:
    """Each qualification whose row does not say what its entries say.

    A row without entries has no standing, entries without a row have no row.
    """
    grouped = _entries_by_qualification()
    group = next(grouped, None)
    for row in Qualification.objects.order_by("public_id").iterator(CHUNK):
        while group is not None and group[0] < row.public_id:
            yield None, group[0], _fold(group[1])
            group = next(grouped, None)
        entries: list[Entry] = []
        if group is not None and group[0] == row.public_id:
            entries = group[1]
            group = next(grouped, None)
        standing = _fold(entries)
        if standing is None or not says(row, standing):
            yield row, row.public_id, standing
    while group is not None:
        yield None, group[0], _fold(group[1])
        group = next(grouped, None)


def says(row: Qualification, standing: Standing) -> bool:
    """Whether a row equals a folded standing."""
    return (
        row.state == standing.state
        and row.number == standing.number
        and row.scheme_version == standing.scheme_version
        and row.valid_from == standing.valid_from
        and row.valid_to == standing.valid_to
        and row.sectors == sorted(standing.scope.sectors)
        and row.methods == sorted(standing.scope.methods)
        and row.divisions == sorted(standing.scope.divisions)
        and row.suspended_since == standing.suspended_since
        and row.checked_at == standing.checked_at
        and row.ground == standing.ground
        and row.closed_at == standing.closed_at
        and row.sequence == standing.last_sequence
    )


def _fold(entries: list[Entry]) -> Standing | None:
    try:
        return fold(entries) if entries else None
    except IllegalAct:
        return None


def _entries_by_qualification() -> Iterator[tuple[uuid.UUID, list[Entry]]]:
    """Each qualification with its entries, in the order of public ids, one by one."""
    rows = LedgerEntry.objects.filter(qualification__isnull=False).order_by(
        "qualification", "sequence"
    )
    for key, group in groupby(rows.iterator(CHUNK), attrgetter("qualification")):
        yield key, [to_entry(row) for row in group]


def _links(start: int, answer: Verification, checks: _Checks) -> Iterator[Link]:
    rows = LedgerEntry.objects.filter(sequence__gt=start).order_by("sequence")
    for row in rows.iterator(CHUNK):
        answer.entries += 1
        answer.head = row.hash
        yield Link(row.sequence, row.payload(), row.prev_hash, row.hash)
        checks.take(row)


def _end_fault(answer: Verification) -> Break | None:
    register = Register.objects.filter(key="main").first()
    last = answer.since + answer.entries
    if register is None:
        return Break(1, "head_missing") if last else None
    if register.sequence > last:
        return Break(last + 1, "truncated")
    if register.sequence < last or (answer.entries and register.hash != answer.head):
        return Break(register.sequence + 1, "head_differs")
    return None
