"""Pages of the register from 1,000 to 1,000,000 officers in one body.

Each page is asked through the whole site before and after the register has grown a
thousandfold; time and number of queries must stay the same. The growth is made by the
database itself (each row multiplied), so that building it takes no longer than asking.
The least of many times is taken: what other programs do can only add to it. "Cover and
forecast" counts everybody and cannot stay the same; it is asked a few times only.

    python -m benchmarks.register_pages [--officers 1000000] [--format json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.register import earlier_rows, set_up

START, TIMES, FEW_TIMES, BASE = 1000, 31, 3, 10_000_000
REPORT = "cover_and_forecast"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, default=1_000_000)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        set_up(Path(place))
        world = _world()
        few = _measure(world)
        start = time.perf_counter()
        _multiply_all(options.officers)
        print(f"grown in {time.perf_counter() - start:.0f} s", flush=True)
        many = _measure(world)
    pages = {
        name: {
            "ms": [few[name][0], many[name][0]],
            "ratio": round(many[name][0] / few[name][0], 2),
            "queries": [few[name][1], many[name][1]],
        }
        for name in few
    }
    if options.format == "json":
        print(json.dumps({"officers": [START, options.officers], "pages": pages}))
        return
    for name, figures in pages.items():
        print(f"{name}: {figures}")


def _world() -> Any:
    from django.utils import timezone  # noqa: PLC0415 -- Django is set up by now

    from benchmarks.register_world import make_body  # noqa: PLC0415
    from credentials.services.migration import import_register  # noqa: PLC0415

    now = timezone.now()
    world = make_body(START, now=now)
    import_register(
        earlier_rows(START, world.division),
        scheme=world.scheme,
        issuer=world.body,
        by=world.by,
        approved_by=world.approver,
        now=now,
    )
    return world


def _multiply_all(officers: int) -> None:
    """Every officer again and again, with post, qualification, card and entry."""
    from django.db import connection  # noqa: PLC0415

    from accounts.models import Membership, User  # noqa: PLC0415
    from credentials.models import Card, LedgerEntry, Qualification  # noqa: PLC0415

    postgresql = connection.vendor == "postgresql"
    fresh = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
    text = "CAST({} AS text)"
    i = text.format("i")
    many = officers - START
    table = LedgerEntry._meta.db_table
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute(f"DROP TRIGGER {table}_follows")
        last = LedgerEntry.objects.latest("sequence").sequence
        for model, changes in (
            (
                User,
                {
                    "public_id": fresh,
                    "username": f"'u' || {i}",
                    "name": f"'众' || {i}",
                    "officer_number": f"'N' || {i}",
                },
            ),
            (Membership, {"user_id": f"{BASE} + i"}),
            (
                Qualification,
                {
                    "public_id": fresh,
                    "officer_id": f"{BASE} + i",
                    "number": f"'000000-2025-' || {i}",
                },
            ),
            (
                Card,
                {
                    "public_id": fresh,
                    "token": f"'token-of-card-' || {i}",
                    "qualification_id": f"{BASE} + i",
                    "number": f"'000000-2025-' || {i}",
                },
            ),
            (
                LedgerEntry,
                {
                    "sequence": f"{last} + i",
                    "qualification": fresh,
                    "officer": fresh,
                    "hash": f"'h' || {i}",
                    "prev_hash": f"'p' || {i}",
                },
            ),
        ):
            _multiply(cursor, model, many, changes)
        cursor.execute("ANALYZE")


def _multiply(cursor: Any, model: Any, many: int, changes: dict[str, str]) -> None:
    columns = [field.column for field in model._meta.concrete_fields]
    values = {**{c: f"t.{c}" for c in columns}, "id": f"{BASE} + i", **changes}
    table = model._meta.db_table
    listed = ", ".join(f'"{column}"' for column in columns)
    chosen = ", ".join(values[column] for column in columns)
    template = model.objects.order_by("pk").first().pk
    cursor.execute(
        f"INSERT INTO {table} ({listed}) "  # noqa: S608 -- names of our own models
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many}) "
        f"SELECT {chosen} FROM n, {table} t WHERE t.id = {template}"
    )


def _measure(world: Any) -> dict[str, tuple[float, int]]:
    """Least milliseconds and number of queries of each page."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from credentials.models import Qualification  # noqa: PLC0415

    client = _signed_in(world.by)
    row = Qualification.objects.select_related("officer").get(
        number=f"{world.division}-2025-{START // 2:06d}"
    )
    desk = "/qualifications/"
    pages = {
        "people": f"{desk}people/",
        "people_second_page": f"{desk}people/?page=2",
        "search_name": f"{desk}people/?q={row.officer.name}",
        "search_officer_number": f"{desk}people/?q={row.officer.officer_number}",
        "search_card_number": f"{desk}people/?q={row.number}",
        "eligibility": f"{desk}people/{row.officer.public_id}/",
        "qualification": f"{desk}{row.public_id}/",
        "approvals": f"{desk}approvals/",
        "public_check": f"/register/answers.json?no={row.number}",
        REPORT: f"{desk}overview/",
    }
    figures = {}
    for name, address in pages.items():
        taken = []
        for turn in range(3 + (FEW_TIMES if name == REPORT else TIMES)):
            start = time.perf_counter()
            response = client.get(address, REMOTE_ADDR=f"10.0.0.{turn}")
            if turn >= 3:
                taken.append(time.perf_counter() - start)
            assert response.status_code == 200, (name, response.status_code)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address, REMOTE_ADDR="10.0.1.1")
        figures[name] = (round(min(taken) * 1000, 2), len(queries))
        print(f"{name}: {figures[name]}", flush=True)
    return figures


def _signed_in(person: Any) -> Any:
    """A client of the site with a verified one-time code."""
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415
    from django_otp import DEVICE_ID_SESSION_KEY  # noqa: PLC0415
    from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: PLC0415

    from accounts.permissions import CODE_TIME_KEY  # noqa: PLC0415

    client = Client()
    client.force_login(person, backend="accounts.backends.AccountBackend")
    device, _ = TOTPDevice.objects.get_or_create(user=person, confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session[CODE_TIME_KEY] = timezone.now().isoformat()
    session.save()
    return client


if __name__ == "__main__":
    main()
