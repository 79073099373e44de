"""How well and how fast the law library is searched, imported and read, in one run.

    python -m benchmarks.law_search [--corpus DIR] [--statutes N] [--format json]

On SQLite (a temporary file) and on PostgreSQL (``POSTGRES_URL``, by default the local
server; a database is made and dropped):

- recall@5 and MRR on the checked-in queries, over the whole corpus;
- time per query of the index against a plain ``LIKE`` scan of the same rows, over the
  corpus and again with N statutes in the library;
- import throughput over the corpus;
- time and number of database queries of one article page with 1, 60 and N statutes in
  the library (generated beyond the corpus).

Without the corpus only generated statutes are measured, and the report says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "law"
QUERIES = ROOT / "tests" / "fixtures" / "law_search_queries.yaml"
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
BENCH_DATABASE = "warrant_bench_law"
PAGE_ROUNDS = 15


def main() -> int:
    """Measure both databases in turn and print one report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--statutes", type=int, default=700)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.corpus, options.statutes), ensure_ascii=False))
        return 0
    report = {"sqlite": _on_sqlite(options), "postgresql": _on_postgresql(options)}
    if options.format == "json":
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(as_text(report))
    return 0


def _on_sqlite(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return _child(options, f"sqlite:///{folder}/law.sqlite3")


def _on_postgresql(options: argparse.Namespace) -> dict[str, Any]:
    import psycopg  # noqa: PLC0415 -- only this half needs it

    server = os.environ.get("POSTGRES_URL", POSTGRES)
    drop = f"DROP DATABASE IF EXISTS {BENCH_DATABASE}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        return {"skipped": f"no PostgreSQL at hand: {error}".strip()}
    with connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {BENCH_DATABASE}")
        try:
            return _child(options, server.rsplit("/", 1)[0] + f"/{BENCH_DATABASE}")
        finally:
            connection.execute(drop + " WITH (FORCE)")


def _child(options: argparse.Namespace, url: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    command = [sys.executable, "-m", "benchmarks.law_search", "--child"]
    command += ["--corpus", str(options.corpus), "--statutes", str(options.statutes)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(corpus: Path, statutes: int) -> dict[str, Any]:
    """Everything on the database of ``DATABASE_URL``."""
    import django  # noqa: PLC0415 -- settings come from the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- after setup

    call_command("migrate", verbosity=0, interactive=False)
    _generate(0, 1)
    report: dict[str, Any] = {"page": {"1": _measure_page()}}
    if corpus.is_dir():
        report["import"] = _measure_import(corpus)
        report["search"] = _measure_search()
    else:
        report["corpus"] = "absent: searching and importing were not measured"
    _generate(1, 60)
    report["page"]["60"] = _measure_page()
    _generate(60, statutes)
    report["page"][str(statutes)] = _measure_page()
    if corpus.is_dir():
        report[f"search with {statutes} statutes"] = _measure_search()
    return report


def _generate(first: int, last: int) -> None:
    """Invented statutes of fifteen articles, until the library holds that many."""
    from django.utils import timezone  # noqa: PLC0415 -- after setup

    from courses.models import Statute  # noqa: PLC0415 -- after setup
    from courses.services.law import import_statute  # noqa: PLC0415 -- after setup

    for number in range(first, last):
        if Statute.objects.count() >= last:
            return
        title = f"云岭省第{number}号巡查办法"
        lines = [f"{title}", "2020年1月1日 云岭省人民政府令公布"]
        lines += [
            f"第{article}条 单位应当按照第{number}号要求做好第{article}项巡查，"
            f"记录时间、地点、人员和发现的问题，并在{article}日内改正。"
            for article in range(1, 15)
        ]
        lines.append("第15条 本办法自2020年2月1日起施行。")
        import_statute("\n".join(lines).encode(), f"{title}.txt", now=timezone.now())


def _measure_page() -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415 -- after setup
    from django.test import Client  # noqa: PLC0415 -- after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- after setup

    from courses.models import StatuteEdition  # noqa: PLC0415 -- after setup

    edition = StatuteEdition.objects.get(statute__title="云岭省第0号巡查办法")
    address = f"{edition.get_absolute_url()}?a=7"
    client = Client()
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
        count = len(queries)
    times = [_seconds(lambda: client.get(address)) for _ in range(PAGE_ROUNDS)]
    return {
        "milliseconds": round(statistics.median(times) * 1000, 1),
        "queries": count,
    }


def _measure_import(corpus: Path) -> dict[str, float]:
    from django.utils import timezone  # noqa: PLC0415 -- after setup

    from courses.services.law import import_statute  # noqa: PLC0415 -- after setup
    from courses.services.search import index_glossary  # noqa: PLC0415 -- after setup

    articles = files = 0
    begun = time.perf_counter()
    for folder in ("statutes", "rules"):
        for path in sorted((corpus / folder).rglob("*.md")):
            name = str(path.relative_to(corpus / folder))
            result = import_statute(path.read_bytes(), name, now=timezone.now())
            files += 1
            articles += len(result.parsed.articles)
    seconds = time.perf_counter() - begun
    index_glossary()
    return {
        "files": files,
        "articles": articles,
        "seconds": round(seconds, 2),
        "articles_per_second": round(articles / seconds),
    }


def _measure_search() -> dict[str, float]:
    import yaml  # noqa: PLC0415 -- beside its use

    from courses.queries.search import search  # noqa: PLC0415 -- after setup
    from courses.search import read_query  # noqa: PLC0415 -- after setup

    rows = yaml.safe_load(QUERIES.read_text("utf-8"))
    search("预热")
    recall = rank = 0.0
    indexed, scanned = [], []
    for row in rows:
        hits = search(row["q"], most=10)
        keys = [f"{hit.kind}:{hit.key}" for hit in hits]
        place = next((i for i, key in enumerate(keys, 1) if key in row["want"]), 0)
        recall += 0 < place <= 5
        rank += 1 / place if place else 0
        words = read_query(row["q"]).words
        indexed.append(_seconds(partial(search, row["q"], most=10)))
        scanned.append(_seconds(partial(_like_scan, words)))
    return {
        "queries": len(rows),
        "recall_at_5": round(recall / len(rows), 3),
        "mrr": round(rank / len(rows), 3),
        "search_ms_median": round(statistics.median(indexed) * 1000, 2),
        "search_ms_p95": round(sorted(indexed)[int(len(indexed) * 0.95)] * 1000, 2),
        "like_ms_median": round(statistics.median(scanned) * 1000, 2),
        "like_over_search": round(
            statistics.median(scanned) / statistics.median(indexed), 2
        ),
    }


def _like_scan(words: tuple[str, ...]) -> int:
    """What one would do without an index: every row read, unordered."""
    from courses.models import SearchEntry  # noqa: PLC0415 -- after setup

    rows = SearchEntry.objects.all()
    for word in words:
        rows = rows.filter(body__contains=word)
    return len(rows.values_list("pk", "title"))


def _seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def as_text(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = []
    for database, found in report.items():
        lines.append(database)
        for name, figures in found.items():
            lines.append(f"  {name}: {figures}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
