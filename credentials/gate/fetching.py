"""The few queries of the gate, sent one by one or all in one round trip.

The querysets below are the only place that says what is read. On PostgreSQL, outside
of a transaction, their SQL goes out in one pipeline under one snapshot, and what is
written goes out in a second one together with the commit. Elsewhere (SQLite, tests)
they run one after another in an ordinary transaction. What comes back is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.db.models import QuerySet
from oauth2_provider.models import get_access_token_model

from accounts.models import Membership, Organisation, User
from credentials.enums import SchemeVersionState
from credentials.models import (
    DecisionRecord,
    DecisionSubject,
    GateState,
    Qualification,
    Recusal,
    Register,
    SchemeVersion,
    SigningKey,
)
from credentials.services.gate import log_decisions

Row = tuple[Any, ...]
Ids = Sequence[Any]
NOBODY = UUID(int=0)


def _callers(ids: Ids) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = (
        get_access_token_model()
        .objects.filter(token_checksum__in=ids, application__closed_at__isnull=True)
        .values_list(
            "token_checksum",
            "scope",
            "expires",
            "application_id",
            "application__client_id",
            "application__allowed_scopes",
            "application__divisions",
            "application__allowed_addresses",
            "application__requests_per_minute",
            "application__certificate_thumbprint",
        )
    )
    return found


def _users(ids: Ids) -> QuerySet[Any, Any]:
    return User.objects.filter(public_id__in=ids).values_list(
        "pk", "public_id", "is_active", "phone", "email"
    )


def _qualifications(ids: Ids) -> QuerySet[Any, Any]:
    return (
        Qualification.objects.filter(officer__public_id__in=ids)
        .order_by("pk")
        .values_list(
            "officer_id",
            "public_id",
            "scheme__key",
            "scheme_version",
            "sectors",
            "methods",
            "divisions",
            "valid_from",
            "valid_to",
            "state",
            "suspended_since",
            "closed_at",
            "ground",
            "issuer__public_id",
            "issuer__division_code",
        )
    )


def _posts(ids: Ids) -> QuerySet[Any, Any]:
    return Membership.objects.filter(user__public_id__in=ids).values_list(
        "user_id",
        "organisation__public_id",
        "organisation__division_code",
        "organisation__body_type",
        "joined_on",
        "left_on",
    )


def _recusals(ids: Ids) -> QuerySet[Any, Any]:
    return (
        Recusal.objects.filter(officer__public_id__in=ids)
        .order_by()
        .values_list("officer_id", "site", "inspection", "since", "until", "employer")
    )


def _bodies(ids: Ids) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = Organisation.objects.filter(public_id__in=ids)
    return found.order_by().values_list("public_id", "division_code", "body_type")


def _register(ids: Ids) -> QuerySet[Any, Any]:
    return Register.objects.filter(key__in=ids).values_list("sequence")


def _state(ids: Ids) -> QuerySet[Any, Any]:
    return GateState.objects.filter(pk__in=ids).values_list("installation", "frozen_at")


def _keys(ids: Ids) -> QuerySet[Any, Any]:
    return SigningKey.objects.filter(retired_at__isnull=True).values_list("kid")


def _versions(ids: Ids) -> QuerySet[Any, Any]:
    return (
        SchemeVersion.objects.filter(state__in=ids)
        .order_by("pk")
        .values_list("pk", "approved_at")
    )


QUERIES: dict[str, Callable[[Ids], QuerySet[Any, Any]]] = {
    "callers": _callers,
    "users": _users,
    "qualifications": _qualifications,
    "posts": _posts,
    "recusals": _recusals,
    "bodies": _bodies,
    "register": _register,
    "state": _state,
    "keys": _keys,
    "versions": _versions,
}


def wanted(
    checksums: Ids, officers: Sequence[UUID], bodies: Sequence[UUID]
) -> dict[str, Ids]:
    """The ids each query is asked for; an empty list costs no query."""
    return {
        "register": ["main"],
        "state": [1],
        "keys": [],
        "versions": [SchemeVersionState.APPROVED.value],
        "callers": checksums,
        "users": officers,
        "qualifications": officers,
        "posts": officers,
        "recusals": officers,
        "bodies": bodies,
    }


class Session:
    """One batch: reads under one snapshot, one write, one commit."""

    def fetch(self, asked: dict[str, Ids]) -> dict[str, list[Row]]:
        """The rows of every query."""
        return {
            name: list(QUERIES[name](ids)) if ids or name == "keys" else []
            for name, ids in asked.items()
        }

    def store(
        self, records: list[DecisionRecord], subjects: list[DecisionSubject]
    ) -> None:
        """Writes the log; it is durable when the session has ended."""
        log_decisions(records, subjects)


class PipelinedSession(Session):
    """The same on PostgreSQL in two round trips."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def fetch(self, asked: dict[str, Ids]) -> dict[str, list[Row]]:
        """Begins the transaction and reads everything in one pipeline."""
        cursors: dict[str, psycopg.Cursor[Row]] = {}
        with self._raw.pipeline():
            self._cursor().execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            for name, ids in asked.items():
                if ids or name == "keys":
                    padded = _padded(ids)
                    cursors[name] = self._cursor()
                    cursors[name].execute(compiled(name, len(padded)), padded)
        return {
            name: [_parsed(row) for row in cursors[name].fetchall()]
            if name in cursors
            else []
            for name in asked
        }

    def store(
        self, records: list[DecisionRecord], subjects: list[DecisionSubject]
    ) -> None:
        """Writes and commits in one pipeline."""
        with self._raw.pipeline():
            cursor = self._cursor()
            if records:
                columns = zip(*map(_record_values, records), strict=True)
                cursor.execute(INSERT_RECORDS, [list(column) for column in columns])
            if subjects:
                decisions = [subject.decision_id for subject in subjects]
                officers = [subject.officer_id for subject in subjects]
                cursor.execute(INSERT_SUBJECTS, [decisions, officers])
            cursor.execute("COMMIT")

    def _cursor(self) -> psycopg.Cursor[Row]:
        return psycopg.Cursor(self._raw)


@contextmanager
def session() -> Iterator[Session]:
    """A session of the kind the database allows; an error undoes all of it."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.ensure_connection()
        raw = connection.connection
        raw.prepare_threshold = 3
        try:
            yield PipelinedSession(raw)
        except BaseException:
            connection.close()
            raise
        if raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            raw.rollback()
    else:
        with transaction.atomic():
            yield Session()


@lru_cache(maxsize=512)
def compiled(name: str, count: int) -> str:
    """The SQL of a query for that many ids, as Django's compiler writes it."""
    dummy: Ids = [UUID(int=number + 1) for number in range(count)]
    if name in ("callers", "register", "versions"):
        dummy = [str(number) for number in range(count)]
    elif name == "state":
        dummy = list(range(1, count + 1))
    sql, parameters = QUERIES[name](dummy).query.sql_with_params()
    if len(parameters) != count:
        raise AssertionError(name)
    return str(sql)


INSERT_RECORDS = (
    "INSERT INTO credentials_decisionrecord (evaluation_id, application_id, "
    "evaluated_at, request_id, action, inspection, permitted, reason, revision, "
    "policy, payload, digest) SELECT * FROM UNNEST(%s::text[], %s::bigint[], "
    "%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::boolean[], "
    "%s::text[], %s::bigint[], %s::text[], %s::text[]::jsonb[], %s::text[])"
)
INSERT_SUBJECTS = (
    "INSERT INTO credentials_decisionsubject (decision_id, officer_id) "
    "SELECT * FROM UNNEST(%s::text[], %s::text[])"
)


def _record_values(record: DecisionRecord) -> Row:
    return (
        record.evaluation_id,
        record.application_id,
        record.evaluated_at,
        record.request_id,
        record.action,
        record.inspection,
        record.permitted,
        record.reason,
        record.revision,
        record.policy,
        json.dumps(record.payload),
        record.digest,
    )


def _padded(ids: Ids) -> list[Any]:
    """The ids, the last one repeated up to a power of two: few statements to keep."""
    size = 1
    while size < len(ids):
        size *= 2
    return [*ids, *([ids[-1]] * (size - len(ids)))] if ids else []


def _parsed(row: Row) -> Row:
    """JSON columns arrive as text through the raw connection."""
    return tuple(
        json.loads(value) if type(value) is str and value[:1] == "[" else value
        for value in row
    )
