"""Bodies with officers for the benchmarks of the register, made in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from accounts.enums import Level, Role
from accounts.models import Membership, Organisation, RoleGrant, User
from credentials.models import Scheme
from credentials.services.dry_runs import go_on
from credentials.services.schemes import approve_version, open_scheme, write_version

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PARAMETERS = {
    "kind": "officer",
    "sectors": ["hazchem"],
    "methods": ["focused"],
    "validity_months": 60,
    "requirements": [
        {"code": "post", "kind": "in_post"},
        {"code": "hours", "kind": "study_hours", "parameters": {"hours": 1}},
        {"code": "exam", "kind": "exam_passed", "parameters": {"exam": "law"}},
        {"code": "case", "kind": "simulation_passed", "parameters": {"case": "site"}},
    ],
}


@dataclass(frozen=True, slots=True)
class World:
    """A body with its officers and the two people who certify them."""

    body: Organisation
    scheme: Scheme
    division: str
    by: User
    approver: User


def make_body(officers: int, *, now: datetime = NOW) -> World:
    """A body with this many officers in post; ids and numbers follow its size."""
    division = f"{officers % 10**6:06d}"
    body = Organisation.add_root(
        name=f"body {officers}", level=Level.CITY, division_code=division
    )
    password = make_password(None)
    by, approver = (
        User.objects.create(username=f"{division}-{name}", name=name, password=password)
        for name in ("by", "approver")
    )
    RoleGrant.objects.create(
        user=by,
        organisation=body,
        role=Role.CERTIFICATION_OFFICER,
        granted_at=now - timedelta(days=1),
    )
    scheme = open_scheme(f"scheme-{division}", name=division, organisation=body)
    version = write_version(
        scheme,
        parameters=PARAMETERS,
        effective_from=now - timedelta(days=900),
        by=by,
        now=now,
    )
    go_on(version.dry_runs.get(), now=now)
    approve_version(version, by=approver, now=now)
    for start in range(0, officers, 20_000):
        people = User.objects.bulk_create(
            User(
                username=f"{division}-{n}",
                name=f"人{division}{n:07d}",
                officer_number=f"{division}{n:07d}",
                password=password,
            )
            for n in range(start, min(start + 20_000, officers))
        )
        Membership.objects.bulk_create(
            Membership(user=person, organisation=body, joined_on=date(2024, 1, 1))
            for person in people
        )
    return World(body, scheme, division, by, approver)
