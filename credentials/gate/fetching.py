"""The few queries of the gate, sent one by one or all as one statement.

The querysets below are the only place that says what is read. On PostgreSQL, outside
of a transaction, their SQL becomes one prepared statement that answers with one JSON
document, and so reads one snapshot; what is written is one statement too. Elsewhere
(SQLite, tests) they run one after another in an ordinary transaction. What comes back
is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

import msgspec
import psycopg
from django.db import connection, transaction
from django.db.models import QuerySet
from oauth2_provider.models import get_access_token_model

from accounts.models import Membership, Organisation, User
from credentials.enums import SchemeVersionState
from credentials.models import (
    DivisionPlace,
    GateState,
    Qualification,
    Recusal,
    Register,
    SchemeVersion,
    SigningKey,
)
from credentials.services.gate import Logged, log_decisions

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
    return (
        User.objects.filter(public_id__in=ids)
        .order_by()
        .values_list("pk", "public_id", "is_active", "phone", "email")
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
    return (
        Membership.objects.filter(user__public_id__in=ids)
        .order_by()
        .values_list(
            "user_id",
            "organisation__public_id",
            "organisation__division_code",
            "organisation__body_type",
            "joined_on",
            "left_on",
        )
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
    return GateState.objects.filter(pk__in=ids).values_list(
        "installation", "reconciled_at", "frozen_at"
    )


def _keys(ids: Ids) -> QuerySet[Any, Any]:
    return SigningKey.objects.filter(retired_at__isnull=True).values_list("kid")


def _versions(ids: Ids) -> QuerySet[Any, Any]:
    return (
        SchemeVersion.objects.filter(state__in=ids)
        .order_by("pk")
        .values_list("pk", "approved_at")
    )


def _places(ids: Ids) -> QuerySet[Any, Any]:
    return DivisionPlace.objects.order_by("code", "since").values_list(
        "code", "parent", "since", "until"
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A queryset over ids of one SQL type, and the types of its columns.

    One without a type of ids is asked whole, every time.
    """

    make: Callable[[Ids], QuerySet[Any, Any]]
    ids: str
    row: Any


QUERIES = {
    "callers": Query(
        _callers,
        "text",
        tuple[
            str,
            str,
            datetime,
            int,
            str,
            list[str],
            list[str],
            list[str],
            int,
            str,
        ],
    ),
    "users": Query(_users, "uuid", tuple[int, UUID, bool, str, str]),
    "qualifications": Query(
        _qualifications,
        "uuid",
        tuple[
            int,
            UUID,
            str,
            int,
            list[str],
            list[str],
            list[str],
            datetime,
            datetime,
            str,
            datetime | None,
            datetime | None,
            str,
            UUID,
            str,
        ],
    ),
    "posts": Query(_posts, "uuid", tuple[int, UUID, str, str, date, date | None]),
    "recusals": Query(
        _recusals,
        "uuid",
        tuple[int, str, str, datetime, datetime | None, bool],
    ),
    "bodies": Query(_bodies, "uuid", tuple[UUID, str, str]),
    "register": Query(_register, "text", tuple[int]),
    "state": Query(_state, "integer", tuple[UUID, datetime | None, datetime | None]),
    "keys": Query(_keys, "", tuple[str]),
    "versions": Query(_versions, "text", tuple[int, datetime | None]),
    "places": Query(_places, "", tuple[str, str, date, date | None]),
}


def wanted(
    checksums: Ids, officers: Sequence[UUID], bodies: Sequence[UUID]
) -> dict[str, Ids]:
    """The ids each query is asked for; an empty list costs no query."""
    return {
        "register": ["main"],
        "state": [1],
        "keys": [],
        "places": [],
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
            name: list(QUERIES[name].make(ids)) if ids or not QUERIES[name].ids else []
            for name, ids in asked.items()
        }

    def store(self, decisions: Sequence[Logged]) -> None:
        """Writes the log; it is durable when the session has ended."""
        log_decisions(decisions)


class PreparedSession(Session):
    """The same on PostgreSQL by one statement each, prepared once per connection."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._cursor = psycopg.RawCursor(raw)

    def fetch(self, asked: dict[str, Ids]) -> dict[str, list[Row]]:
        """Reads everything in one round trip."""
        text, names = everything()
        self._cursor.execute(text, [_array(asked[name]) for name in names])
        (document,) = self._cursor.fetchone() or ("{}",)
        return {name: rows or [] for name, rows in _decoder().decode(document).items()}

    def store(self, decisions: Sequence[Logged]) -> None:
        """Writes everything in one round trip."""
        if decisions:
            self._cursor.execute(INSERT, [_ENCODER.encode(decisions).decode()])


@contextmanager
def session(*, several_reads: bool = False) -> Iterator[Session]:
    """A session of the kind the database allows; an error undoes all of it.

    One that reads more than once (searches, the past) needs a transaction to see one
    snapshot throughout; one that does not is spared it.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        with transaction.atomic():
            yield Session()
        return
    prepared = PreparedSession(_prepared_connection())
    if not several_reads:
        yield prepared
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield prepared


def _prepared_connection() -> psycopg.Connection[Any]:
    """The thread's connection, set to plan each statement once."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    if raw.prepare_threshold != 0:
        raw.prepare_threshold = 0
        raw.execute("SET plan_cache_mode = force_generic_plan")
    return raw


@cache
def everything() -> tuple[bytes, tuple[str, ...]]:
    """One statement for all queries, and whose ids its parameters are.

    Each query is Django's own SQL, with its list of ids made an array. The database
    adds what its own clock says.
    """
    parts, names = [], []
    for name, query in QUERIES.items():
        dummy: Ids = [1] if query.ids == "integer" else [str(NOBODY)]
        sql, parameters = query.make(dummy).query.sql_with_params()
        if query.ids:
            names.append(name)
            given = f"= ANY(${len(names)}::{query.ids}[])"
            if len(parameters) != 1 or sql.count("IN (%s)") != 1:
                raise AssertionError(name)
            sql = sql.replace("IN (%s)", given)
        if "%" in sql:
            raise AssertionError(name)
        columns = ", ".join(f"c{n}" for n in range(len(query.row.__args__)))
        parts.append(
            f"'{name}', (SELECT json_agg(json_build_array({columns}))"  # noqa: S608
            f" FROM ({sql}) AS found ({columns}))"
        )
    parts.append("'clock', json_build_array(json_build_array(clock_timestamp()))")
    text = f"SELECT json_build_object({', '.join(parts)})::text"
    return text.encode(), tuple(names)


@cache
def _decoder() -> msgspec.json.Decoder[dict[str, list[Row] | None]]:
    """Reads the document into rows typed as the querysets would give them."""
    rows = [(name, list[query.row] | None) for name, query in QUERIES.items()]  # type: ignore[name-defined]
    rows.append(("clock", list[tuple[datetime]]))
    return msgspec.json.Decoder(TypedDict("Rows", dict(rows)))  # type: ignore[operator]


INSERT = b"""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS row (
        evaluation_id text, application_id bigint, evaluated_at timestamptz,
        request_id text, action text, inspection text, permitted boolean,
        reason text, revision bigint, policy text, payload jsonb, digest text,
        officer_ids json
    )
), written AS (
    INSERT INTO credentials_decisionrecord (
        evaluation_id, application_id, evaluated_at, request_id, action, inspection,
        permitted, reason, revision, policy, payload, digest
    )
    SELECT evaluation_id, application_id, evaluated_at, request_id, action,
        inspection, permitted, reason, revision, policy, payload, digest FROM given
)
INSERT INTO credentials_decisionsubject (decision_id, officer_id)
SELECT evaluation_id, json_array_elements_text(officer_ids) FROM given
"""
_ENCODER = msgspec.json.Encoder()


def _array(ids: Ids) -> str:
    """The ids as an array of PostgreSQL; all of them are plain words or numbers."""
    return "{" + ",".join(map(str, ids)) + "}"
