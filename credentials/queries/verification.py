"""Proof that nobody changed the ledger, and that the rows say what it says."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from accounts.chain import GENESIS, Break, verify_chain
from accounts.chain import Entry as Link
from credentials.models import Checkpoint, LedgerEntry, Qualification, Register
from credentials.queries.register import to_entry
from credentials.rules.lifecycle import Entry, IllegalAct, Standing, fold
from credentials.rules.merkle import leaf_hash, root_of

CHUNK = 2000


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
    the register and by every checkpoint.
    """
    start = since.size if since else 0
    answer = Verification(since=start)
    answer.fault = verify_chain(
        _links(start, answer),
        first_seq=start + 1,
        prev_hash=since.head if since else GENESIS,
    )
    if answer.fault is None:
        answer.fault = _end_fault(answer)
    if answer.fault is None:
        answer.fault = _checkpoint_fault(answer)
    return answer


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
    entries = _entries_by_qualification()
    for row in Qualification.objects.order_by("pk").iterator(CHUNK):
        standing = _fold(entries.pop(row.public_id, []))
        if standing is None or not says(row, standing):
            yield row, row.public_id, standing
    for key, rest in entries.items():
        yield None, key, _fold(rest)


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
        and row.ground == standing.ground
        and row.closed_at == standing.closed_at
        and row.sequence == standing.last_sequence
    )


def _fold(entries: list[Entry]) -> Standing | None:
    try:
        return fold(entries) if entries else None
    except IllegalAct:
        return None


def _entries_by_qualification() -> dict[uuid.UUID, list[Entry]]:
    grouped: dict[uuid.UUID, list[Entry]] = defaultdict(list)
    rows = LedgerEntry.objects.filter(qualification__isnull=False).order_by("sequence")
    for row in rows.iterator(CHUNK):
        if row.qualification is not None:
            grouped[row.qualification].append(to_entry(row))
    return grouped


def _links(start: int, answer: Verification) -> Iterator[Link]:
    rows = LedgerEntry.objects.filter(sequence__gt=start).order_by("sequence")
    for row in rows.iterator(CHUNK):
        answer.entries += 1
        answer.head = row.hash
        yield Link(row.sequence, row.payload(), row.prev_hash, row.hash)


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


def _checkpoint_fault(answer: Verification) -> Break | None:
    for checkpoint in Checkpoint.objects.filter(size__gt=answer.since).order_by("size"):
        answer.checkpoints += 1
        if checkpoint.size > answer.since + answer.entries:
            return Break(answer.since + answer.entries + 1, "truncated")
        if root_of(leaves_until(checkpoint.size)).hex() != checkpoint.root:
            return Break(checkpoint.size, "checkpoint_differs")
    return None
