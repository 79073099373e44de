"""How the register grows: import, verify, rebuild, and single questions.

Compares a register with one ten times its size in one run: seconds per entry must
stay equal (linear growth), single questions must not grow at all.

    python -m benchmarks.register [--officers 5000] [--format json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

SMALL_SHARE = 10
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, default=5000)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        _set_up(Path(place))
        small = _measure(options.officers // SMALL_SHARE)
        large = _measure(options.officers)
    report = {
        "small": small,
        "large": large,
        "growth_per_entry": {
            name: round(
                large[name] / large["entries"] / (small[name] / small["entries"]), 2
            )
            for name in ("import_s", "acts_s", "verify_s", "rebuild_s")
        },
        "growth_of_one_question": {
            name: round(large[name] / small[name], 2)
            for name in ("public_check_ms", "was_qualified_ms", "people_page_ms")
        },
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if options.format == "json":
        print(json.dumps(report))
        return
    for name, value in report.items():
        print(f"{name}: {value}")


def _set_up(place: Path) -> None:
    os.environ["DATABASE_URL"] = os.environ.get(
        "BENCHMARK_DATABASE_URL", f"sqlite:///{place / 'register.sqlite3'}"
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django  # noqa: PLC0415 -- the settings must stand first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def _measure(officers: int) -> dict[str, Any]:
    """One more body with this many officers and three entries for each."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from accounts.enums import Level, Role  # noqa: PLC0415
    from accounts.models import Membership, Organisation, RoleGrant, User  # noqa: PLC0415
    from credentials.enums import Act, Ground  # noqa: PLC0415
    from credentials.formats.earlier import EarlierEntry  # noqa: PLC0415
    from credentials.models import Card, LedgerEntry, Qualification  # noqa: PLC0415
    from credentials.queries.desk import candidates  # noqa: PLC0415
    from credentials.queries.register import was_qualified  # noqa: PLC0415
    from credentials.queries.verification import verify_ledger  # noqa: PLC0415
    from credentials.services.ledger import Writing, lock_register, record_on  # noqa: PLC0415
    from credentials.services.migration import import_register  # noqa: PLC0415
    from credentials.services.public import check_number  # noqa: PLC0415
    from credentials.services.rebuild import rebuild_register  # noqa: PLC0415
    from credentials.services.schemes import (  # noqa: PLC0415
        approve_version,
        open_scheme,
        write_version,
    )

    before = LedgerEntry.objects.count()
    tag = f"{officers}"
    body = Organisation.add_root(
        name=f"body {tag}", level=Level.CITY, division_code=f"{officers % 10**6:06d}"
    )
    password = make_password(None)
    people = User.objects.bulk_create(
        User(
            username=f"{tag}-{n}",
            name=f"人{n}",
            officer_number=f"{tag}-{n}",
            password=password,
        )
        for n in range(officers + 2)
    )
    Membership.objects.bulk_create(
        Membership(user=p, organisation=body, joined_on=date(2024, 1, 1))
        for p in people
    )
    by, approver = people[-2:]
    RoleGrant.objects.create(
        user=by, organisation=body, role=Role.CERTIFICATION_OFFICER, granted_at=NOW
    )
    scheme = open_scheme(f"scheme-{tag}", name=tag, organisation=body)
    version = write_version(
        scheme,
        parameters={
            "kind": "officer",
            "sectors": ["hazchem"],
            "methods": ["focused"],
            "validity_months": 60,
            "requirements": [{"code": "post", "kind": "in_post"}],
        },
        effective_from=NOW - timedelta(days=900),
        by=by,
        now=NOW,
    )
    approve_version(version, by=approver, now=NOW)
    rows = [
        EarlierEntry(
            row=n,
            officer=f"{tag}-{n}",
            number=f"{officers % 10**6:06d}-2025-{n:06d}",
            valid_from=date(2025, 1, 1),
            valid_to=date(2029, 1, 1),
        )
        for n in range(officers)
    ]
    result: dict[str, Any] = {"officers": officers}
    result["import_s"] = _seconds(
        lambda: import_register(
            rows, scheme=scheme, issuer=body, by=by, approved_by=approver, now=NOW
        )
    )

    def act() -> None:
        held = list(
            Qualification.objects.filter(scheme=scheme).select_related(
                "officer", "scheme"
            )
        )
        with transaction.atomic():
            register = lock_register()
            for step, (kind, ground) in enumerate(
                (
                    (Act.SUSPENDED, Ground.ANNUAL_CHECK_MISSED),
                    (Act.REINSTATED, Ground.MEASURES_COMPLETED),
                )
            ):
                for row in held:
                    writing = Writing(
                        act=kind,
                        ground=ground,
                        effective_at=NOW + timedelta(seconds=step),
                        officer=row.officer.public_id,
                        qualification=row.public_id,
                        scheme=scheme.key,
                    )
                    record_on(register, row, writing, now=NOW + timedelta(seconds=step))

    result["acts_s"] = _seconds(act)
    result["entries"] = LedgerEntry.objects.count() - before
    total = LedgerEntry.objects.count()
    share = result["entries"] / total
    result["verify_s"] = _seconds(lambda: _intact(verify_ledger())) * share
    result["rebuild_s"] = _seconds(lambda: rebuild_register(repair=False)) * share
    number = Card.objects.filter(qualification__scheme=scheme).latest("pk").number
    officer = people[officers // 2]
    result["public_check_ms"] = _median_ms(lambda: check_number(number, now=NOW))
    result["was_qualified_ms"] = _median_ms(lambda: was_qualified(officer, at=NOW))
    result["people_page_ms"] = _median_ms(
        lambda: list(candidates(by, NOW + timedelta(days=1), words=f"{tag}-7")[:20])
    )
    return {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in result.items()
    }


def _intact(answer: Any) -> None:
    assert answer.intact, answer.fault


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _median_ms(act: Callable[[], object], times: int = 31) -> float:
    taken = sorted(_seconds(act) for _ in range(times))
    return taken[times // 2] * 1000


if __name__ == "__main__":
    main()
