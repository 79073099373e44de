"""How the register grows: take over an earlier register, verify it, rebuild it.

Takes over a register and one ten times its size, three ledger entries for each
officer, and compares the seconds per entry (linear growth means a ratio near 1).
Prints every figure as soon as it is known.

    python -m benchmarks.register [--officers 100000] [--format json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

SMALL_SHARE = 10
ENTRIES = 3
STAGES = ("checkpoint", "verify", "rebuild")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--officers", type=int, default=100_000)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        set_up(Path(place))
        small = _measure(options.officers // SMALL_SHARE, already=0)
        large = _measure(options.officers, already=small["entries"])
    growth = {name: _growth(name, "read", small, large) for name in STAGES}
    growth["import"] = _growth("import", "entries", small, large)
    report = {"small": small, "large": large, "growth_per_entry": growth}
    print(json.dumps(report) if options.format == "json" else report)


def _growth(
    name: str, entries: str, small: dict[str, Any], large: dict[str, Any]
) -> float:
    """Processor seconds per entry of the large register over those of the small."""
    each = [one[f"{name}_cpu_s"] / one[entries] for one in (small, large)]
    return round(float(each[1] / each[0]), 2)


def set_up(place: Path) -> None:
    """A database of its own, migrated and empty."""
    os.environ["DATABASE_URL"] = os.environ.get(
        "BENCHMARK_DATABASE_URL", f"sqlite:///{place / 'register.sqlite3'}"
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django  # noqa: PLC0415 -- the settings must stand first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.GATE_KEY_DIR = str(place / "keys")
    call_command("migrate", verbosity=0)


def _measure(officers: int, *, already: int) -> dict[str, Any]:
    """One more body with this many officers, taken over with their history.

    Verifying and rebuilding read what was there already as well: ``read`` entries.
    """
    from benchmarks.register_world import NOW, make_body  # noqa: PLC0415
    from credentials.models import LedgerEntry  # noqa: PLC0415
    from credentials.queries.verification import verify_ledger  # noqa: PLC0415
    from credentials.services.checkpoints import make_checkpoint  # noqa: PLC0415
    from credentials.services.migration import import_register  # noqa: PLC0415
    from credentials.services.rebuild import rebuild_register  # noqa: PLC0415

    world = make_body(officers)
    result: dict[str, Any] = {"officers": officers}
    rows = earlier_rows(officers, world.division)

    def note(name: str, act: Callable[[], object]) -> None:
        start, used = time.perf_counter(), time.process_time()
        act()
        result[f"{name}_s"] = round(time.perf_counter() - start, 3)
        result[f"{name}_cpu_s"] = round(time.process_time() - used, 3)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        result["peak_memory_mb"] = peak
        times = f"{result[f'{name}_s']} s ({result[f'{name}_cpu_s']} s of processor)"
        print(f"{officers} officers: {name} {times}, peak {peak} MiB", flush=True)

    note(
        "import",
        lambda: import_register(
            rows,
            scheme=world.scheme,
            issuer=world.body,
            by=world.by,
            approved_by=world.approver,
            now=NOW,
        ),
    )
    result["read"] = LedgerEntry.objects.count()
    result["entries"] = result["read"] - already
    assert result["entries"] == officers * ENTRIES
    note("checkpoint", lambda: make_checkpoint(now=NOW))
    note("verify", lambda: _intact(verify_ledger()))
    note("rebuild", lambda: _equal(rebuild_register(repair=False)))
    return result


def earlier_rows(officers: int, division: str) -> list[Any]:
    """Rows of an earlier register: issued, once suspended, reinstated again."""
    from credentials.enums import Act  # noqa: PLC0415
    from credentials.formats.earlier import EarlierAct, EarlierEntry  # noqa: PLC0415

    return [
        EarlierEntry(
            row=n,
            officer=f"{division}{n:07d}",
            number=f"{division}-2025-{n:06d}",
            valid_from=date(2025, 1, 1),
            valid_to=date(2029, 1, 1),
            history=(
                EarlierAct(n, Act.SUSPENDED, date(2025, 6, 1), "年审未通过"),
                EarlierAct(n, Act.REINSTATED, date(2025, 7, 1), "补审通过"),
            ),
        )
        for n in range(officers)
    ]


def _intact(answer: Any) -> None:
    assert answer.intact, answer.fault


def _equal(answer: Any) -> None:
    assert not answer.differences, answer.differences[:3]


if __name__ == "__main__":
    main()
