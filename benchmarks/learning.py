"""Lesson, home page and heartbeat as enrolments grow: python -m benchmarks.learning.

Makes a scratch SQLite database, fills it with 10, 1,000 and 100,000 enrolments of the
same course and measures, at each size, the lesson page, the page "my learning" and the
catalogue: median processor time and number of queries. Processor time, as the database
runs in the same process and what else the machine does must not look like growth. Then
the cost of a heartbeat against a bare Django view that does one INSERT, in turn and on the
same database. Ends by itself and removes what it made.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

SIZES = (10, 1_000, 100_000)
REPEATS = 15
BEATS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warrant-bench-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.learning_settings"
        import django  # noqa: PLC0415 -- settings are chosen above

        django.setup()
        result = measure(options.sizes)
    if options.format == "json":
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        show(result)


def measure(sizes: list[int]) -> dict[str, Any]:
    from django.core.management import call_command  # noqa: PLC0415 -- after setup

    from benchmarks import learning_world as world  # noqa: PLC0415 -- after setup

    call_command("migrate", verbosity=0)
    lesson, reader = world.build()
    pages: list[dict[str, Any]] = []
    made = 1
    for size in sizes:
        world.enrol_up_to(size, made, lesson)
        made = max(made, size)
        client = world.signed_in(reader)
        for name, url in (
            ("lesson", lesson.url),
            ("my learning", "/learning/"),
            ("catalogue", "/learn/"),
        ):
            milliseconds, queries = world.time_page(client, url, REPEATS)
            pages.append(
                {
                    "enrolments": size,
                    "page": name,
                    "median_cpu_ms": round(milliseconds, 1),
                    "queries": queries,
                }
            )
    beat, bare = world.time_beats(reader, lesson, BEATS)
    return {
        "compared_with": "a bare Django view doing one INSERT, same run and database",
        "pages": pages,
        "heartbeat_ms": round(median(beat), 2),
        "bare_insert_ms": round(median(bare), 2),
        "heartbeat_ratio": round(median(beat) / median(bare), 2),
    }


def timed(
    act: Callable[[], Any], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Milliseconds one call takes on a clock."""
    begin = clock()
    act()
    return (clock() - begin) * 1000


def show(result: dict[str, Any]) -> None:
    print(f"{'enrolments':>10}  {'page':<12} {'cpu ms':>9} {'queries':>8}")
    for row in result["pages"]:
        print(
            f"{row['enrolments']:>10,}  {row['page']:<12} "
            f"{row['median_cpu_ms']:>9} {row['queries']:>8}"
        )
    print(
        f"heartbeat {result['heartbeat_ms']} ms, bare INSERT view "
        f"{result['bare_insert_ms']} ms: ratio {result['heartbeat_ratio']} "
        f"({result['compared_with']})"
    )


if __name__ == "__main__":
    main()
