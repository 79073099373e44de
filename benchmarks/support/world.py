"""An invented register of any size for the benchmarks of the gate."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model
from oauth2_provider.models import get_access_token_model

from accounts.models import Membership, Organisation, User
from credentials.data import (
    Decision,
    Member,
    OfficerRecord,
    PostRecord,
    QualificationRecord,
    Question,
    RegisterView,
    SchemeTerms,
    StatusChange,
    Task,
)
from credentials.models import (
    ConnectedApplication,
    Qualification,
    Scheme,
    SchemeVersion,
)
from credentials.rules.decision import decide
from credentials.services.keys import ensure_key

CHUNK = 100_000
METHODS = ["focused", "special", "random", "unannounced", "cross_area"]
DIVISION = "970100"


def make_world(officers: int, *, now: datetime) -> dict[str, str]:
    """Fills up to that many officers; returns what a client needs to ask."""
    organisation = Organisation.objects.filter(name="bench").first()
    if organisation is None:
        organisation = Organisation.add_root(
            name="bench", level="city", division_code=DIVISION
        )
    scheme = _scheme(organisation, now)
    _fill(officers, organisation, scheme, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    application = ConnectedApplication.objects.filter(name="bench").first()
    if application is None:
        application = ConnectedApplication.objects.create(
            name="bench",
            client_type="confidential",
            authorization_grant_type="client-credentials",
            divisions=[DIVISION],
        )
    application.allowed_scopes = ["gate:evaluate", "gate:explain"]
    application.requests_per_minute = 1_000_000_000
    application.save()
    token = uuid.uuid4().hex
    get_access_token_model().objects.create(
        token=token,
        application=application,
        scope="gate:evaluate gate:explain",
        expires=now + timedelta(days=1),
    )
    ensure_key(now=now)
    people = User.objects.filter(username__startswith="bench-").order_by("pk")
    pair = [str(row.public_id) for row in (people.first(), people.last()) if row]
    return {
        "token": token,
        "client_id": application.client_id,
        "question": json.dumps(_question(pair)),
        "cerbos_question": json.dumps(_cerbos_question(pair)),
    }


def kernel_case() -> Callable[[], Decision]:
    """The pure decision of one fit team of two."""
    now = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
    year = timedelta(days=365)
    held = QualificationRecord(
        qualification_id="q",
        scheme="hazchem",
        scheme_version=1,
        sectors=frozenset({"hazchem"}),
        methods=frozenset(METHODS),
        divisions=frozenset({DIVISION}),
        valid_from=now - year,
        valid_to=now + year,
        changes=(StatusChange("active", now - year, now - year),),
        issuer_id="o",
        issuer_division=DIVISION,
    )
    post = PostRecord("o", DIVISION, "supervising_department", now - year)
    register = RegisterView(
        revision=1,
        officers={
            name: OfficerRecord(name, name, (post,), (held,)) for name in ("a", "b")
        },
        schemes={
            "hazchem": SchemeTerms("hazchem", 1, frozenset({"hazchem"}), frozenset())
        },
    )
    question = Question(
        action="open_inspection",
        members=(Member("a", "lead"), Member("b", "member")),
        team=True,
        sector="hazchem",
        method="focused",
        division=DIVISION,
        site="s",
        inspection="i",
        task=Task("annual_plan", "1", approved=True),
        at=now,
    )
    areas = frozenset({DIVISION})
    return lambda: decide(question, register, now=now, client_divisions=areas)


def _scheme(organisation: Organisation, now: datetime) -> Scheme:
    scheme = Scheme.objects.filter(key="bench").first()
    if scheme is None:
        scheme = Scheme.objects.create(
            key="bench", name="bench", organisation=organisation
        )
        SchemeVersion.objects.create(
            scheme=scheme,
            number=1,
            parameters={
                "kind": "officer",
                "sectors": ["hazchem"],
                "methods": METHODS,
                "requirements": [{"code": "in_post", "kind": "in_post"}],
                "validity_months": 60,
            },
            state="approved",
            effective_from=now - timedelta(days=1),
            written_at=now,
            approved_at=now,
        )
    return scheme


def _fill(
    officers: int, organisation: Organisation, scheme: Scheme, now: datetime
) -> None:
    """The first two by the models; PostgreSQL multiplies the last of them by itself."""
    people = User.objects.filter(username__startswith="bench-")
    present = people.count()
    by_models = min(officers, 2) if connection.vendor == "postgresql" else officers
    for number in range(present, by_models):
        _add_officer(f"bench-{number}", organisation, scheme, now)
    pattern = people.order_by("-pk")[0]
    for start in range(max(present, by_models), officers, CHUNK):
        _multiply(pattern, range(start, min(start + CHUNK, officers)))


def _add_officer(
    name: str, organisation: Organisation, scheme: Scheme, now: datetime
) -> None:
    user = User.objects.create(username=name, name="bench", password="!")  # noqa: S106
    Membership.objects.create(
        user=user, organisation=organisation, joined_on=date(2020, 1, 1)
    )
    Qualification.objects.create(
        officer=user,
        scheme=scheme,
        issuer=organisation,
        state="active",
        scheme_version=1,
        number=f"B{user.pk}",
        valid_from=now - timedelta(days=10),
        valid_to=now + timedelta(days=1000),
        sectors=["hazchem"],
        methods=METHODS,
        divisions=[DIVISION],
        sequence=1,
    )


def _multiply(pattern: User, numbers: range) -> None:
    """Copies an officer with post and qualification once for every number."""
    series = f"generate_series({numbers.start}, {numbers.stop - 1})"
    names = f"ARRAY(SELECT 'bench-' || n FROM {series} AS given(n))"  # noqa: S608
    made = f"accounts_user AS made WHERE made.username = ANY({names})"
    fresh = {"public_id": "gen_random_uuid()"}
    own = {"user_id": "made.id", "officer_id": "made.id", "number": "'B' || made.id"}
    _copy(
        pattern,
        {**fresh, "username": "'bench-' || n"},
        f"{series} AS made(n)",
        joined=" WHERE ",
    )
    _copy(pattern.memberships.get(), own, made, joined=" AND ")
    _copy(pattern.qualifications.get(), {**fresh, **own}, made, joined=" AND ")


def _copy(row: Model, changed: dict[str, str], source: str, *, joined: str) -> None:
    """Inserts the row again for each row of the source, with some columns changed."""
    table = row._meta.db_table
    fields = [f for f in row._meta.concrete_fields if not f.primary_key]
    columns = [str(field.column) for field in fields]
    values = [changed.get(column, f'was."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM {table} AS was, {source}{joined}was.id = {row.pk}"
        )


def _question(pair: list[str]) -> dict[str, Any]:
    members = [
        {"type": "officer", "id": officer, "role": role}
        for officer, role in zip(pair, ("lead", "member"), strict=True)
    ]
    return {
        "subject": {"type": "team", "id": "c#1", "properties": {"members": members}},
        "action": {"name": "open_inspection", "properties": {"method": "focused"}},
        "resource": {
            "type": "inspection",
            "id": "c",
            "properties": {
                "sector": "hazchem",
                "division": DIVISION,
                "site": "s",
                "task": {"basis": "annual_plan", "number": "1", "approved": True},
            },
        },
        "context": {},
    }


def _cerbos_question(pair: list[str]) -> dict[str, Any]:
    """The same question for a PDP that must be told the standing of everybody."""
    asked = _question(pair)
    place = asked["resource"]["properties"]
    members = [
        {
            **member,
            "status": "active",
            "sectors": ["hazchem"],
            "methods": METHODS,
            "divisions": [DIVISION[:4]],
            "valid_from": "2020-01-01T00:00:00Z",
            "valid_to": "2099-01-01T00:00:00Z",
        }
        for member in asked["subject"]["properties"]["members"]
    ]
    properties = {"roles": ["user"], "cerbos.roles": ["user"], "members": members}
    return {
        **asked,
        "subject": {"type": "user", "id": "c#1", "properties": properties},
        "resource": {
            **asked["resource"],
            "properties": {**place, "method": asked["action"]["properties"]["method"]},
        },
    }
