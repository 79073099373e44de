"""Appending to the history of a sitting.

Every writer takes the next number; the unique key on ``(sitting, seq)`` decides who
was first, and whoever loses looks again. So an answer and the close of a sitting can
never both believe they came first, and no start or save waits for a row that others
need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from django.db import IntegrityError, connection, transaction

from accounts.chain import GENESIS, Entry, link_hash, verify_chain
from exams.data import LoggedEvent
from exams.enums import EventKind
from exams.errors import HistoryBroken
from exams.models import Sitting, SittingEvent

SERVER = "server"
TRIES = 20
T = TypeVar("T")


class NewEvent(NamedTuple):
    """An event that has no number yet."""

    kind: str
    payload: dict[str, Any]
    question: int | None = None
    client_id: str = SERVER
    client_seq: int = 0
    at_client: datetime | None = None


class Head(NamedTuple):
    """Where the history of a sitting ends."""

    seq: int
    hash: str


START = Head(0, GENESIS)


def stamp(moment: datetime | None) -> str | None:
    """A moment as it stands in hashes: UTC, microseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def event_body(event: SittingEvent, sitting_id: str) -> dict[str, Any]:
    """Exactly what an event's hash covers."""
    return {
        "sitting": sitting_id,
        "seq": event.seq,
        "client_id": event.client_id,
        "client_seq": event.client_seq,
        "kind": event.kind,
        "question": event.question,
        "payload": event.payload,
        "at_client": stamp(event.at_client),
        "at_server": stamp(event.at_server),
    }


def head_of(sitting: Sitting) -> Head:
    """The last link of a sitting's chain."""
    last = (
        SittingEvent.objects.filter(sitting=sitting)
        .order_by("-seq")
        .values_list("seq", "hash")
        .first()
    )
    return Head(*last) if last else START


def insert_after(
    sitting: Sitting, head: Head, new: Sequence[NewEvent], *, now: datetime
) -> Head:
    """Write events behind ``head`` in one statement; IntegrityError if it moved."""
    rows, end = _linked(sitting, head, new, now)
    if len(rows) == 1 and not connection.in_atomic_block:
        # The ordinary save: one statement is a transaction by itself, and two round
        # trips fewer are a fifth of its cost.
        rows[0].save(force_insert=True)
        return end
    with transaction.atomic():
        SittingEvent.objects.bulk_create(rows)
    return end


def insert_first(sitting: Sitting, first: NewEvent, *, now: datetime) -> None:
    """Write the first event, for whoever has won the right to; without a savepoint."""
    rows, _end = _linked(sitting, START, [first], now)
    rows[0].save(force_insert=True)


def _linked(
    sitting: Sitting, head: Head, new: Sequence[NewEvent], now: datetime
) -> tuple[list[SittingEvent], Head]:
    """The rows with their numbers and hashes, and where the chain then ends."""
    rows: list[SittingEvent] = []
    seq, prev = head
    for entry in new:
        seq += 1
        row = SittingEvent(
            sitting=sitting,
            seq=seq,
            client_id=entry.client_id,
            client_seq=entry.client_seq if entry.client_id != SERVER else seq,
            kind=entry.kind,
            question=entry.question,
            payload=entry.payload,
            at_client=entry.at_client,
            at_server=now,
            prev_hash=prev,
        )
        prev = row.hash = link_hash(prev, event_body(row, str(sitting.public_id)))
        rows.append(row)
    return rows, Head(seq, prev)


def append_event(
    sitting: Sitting,
    kind: EventKind,
    payload: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> Head:
    """Append one event of the server's own, whoever else is writing meanwhile."""
    entry = NewEvent(kind, payload or {})
    return until_first(
        lambda: insert_after(sitting, head_of(sitting), [entry], now=now)
    )


def until_first(attempt: Callable[[], T]) -> T:
    """Repeat until nobody else took the number; give up only after many tries."""
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except IntegrityError:
            continue
    return attempt()


def read_events(sitting: Sitting) -> list[LoggedEvent]:
    """The history in order, after checking that its chain is unbroken."""
    rows = list(sitting.events.order_by("seq"))
    sitting_id = str(sitting.public_id)
    broken = verify_chain(
        Entry(row.seq, event_body(row, sitting_id), row.prev_hash, row.hash)
        for row in rows
    )
    if broken is not None:
        raise HistoryBroken(f"{sitting_id} {broken.seq} {broken.reason}")
    return [
        LoggedEvent(row.seq, row.kind, row.question, row.payload, row.at_server)
        for row in rows
    ]
