"""How the item bank grows: import, search for near twins, list and search pages.

On SQLite (a temporary file) and on PostgreSQL (``POSTGRES_URL``, by default the local
server; a database is made and dropped), with 100, 5,000 and 50,000 items:

- import of a csv, against a bare reading of its rows and bulk inserts of as many rows;
- near twins over the whole bank, against comparing every pair of a sample, carried over
  to all pairs; the planted twins must be found;
- time and number of database queries of the pages that list, search and show items.

    python -m benchmarks.item_bank [--items 50000] [--format json]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
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
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
BENCH_DATABASE = "warrant_bench_items"
SAMPLE = 1200
DIFFLIB_SAMPLE = 120
ROUNDS = 7
TWIN_EVERY = 100
WORDS = {
    "where": "储罐区 装卸台 控制室 配电间 选矿车间 尾矿库 井口 冶炼炉前 涂装线 冷库 "
    "锅炉房 危废暂存间 实验室 加油站 烟花仓库 制氢站 煤气柜 污水池 粉尘车间 码头",
    "what": "应急预案 演练记录 物资台账 值班表 救援协议 培训档案 报警装置 疏散通道 通讯录 "
    "处置卡 评估报告 备案回执 装备清单 交接记录 风险告知牌 保养记录 会议纪要 责任书",
    "fault": "缺少签字 日期倒置 数量不符 超过有效期 没有盖章 与现场不一致 无人知晓 已经损坏 "
    "内容雷同 未经评审 没有更新 未按期开展 记录中断 责任人离职 编号重复 不能启动",
    "act": "当场告知 制作笔录 责令改正 拍照取证 调取资料 询问值班人员 复核台账 约定复查 "
    "报告负责人 抽样送检 先行登记保存 要求说明理由 通知企业陪同 核对原件",
}


def main() -> int:
    """Measure both databases in turn and print one report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.items)))
        return 0
    report = {"sqlite": _on_sqlite(options), "postgresql": _on_postgresql(options)}
    print(json.dumps(report) if options.format == "json" else as_text(report))
    return 0


def _on_sqlite(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return _child(options, f"sqlite:///{folder}/items.sqlite3")


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
    command = [sys.executable, "-m", "benchmarks.item_bank", "--child"]
    command += ["--items", str(options.items)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(most: int) -> dict[str, Any]:
    """Everything on the database of ``DATABASE_URL``."""
    import django  # noqa: PLC0415 -- settings come from the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- after setup

    call_command("migrate", verbosity=0, interactive=False)
    client = _trainer()
    report: dict[str, Any] = {"import": {}, "pages": {}}
    held = 0
    for size in sorted({min(100, most), min(5_000, most), most}):
        rows = questions(held, size)
        report["import"][str(size)] = _measure_import(rows)
        held = size
        report["pages"][str(size)] = _measure_pages(client)
        print(
            f"{size} items: {report['pages'][str(size)]}", file=sys.stderr, flush=True
        )
    report["twins"] = _measure_twins(most)
    return report


def questions(first: int, last: int) -> list[dict[str, str]]:
    """Invented single choices; every hundredth is a near twin of the one before it."""
    rows: list[dict[str, str]] = []
    words = {name: text.split() for name, text in WORDS.items()}
    for number in range(first, last):
        twin = number % TWIN_EVERY == TWIN_EVERY - 1 and rows
        rng = random.Random(number - 1 if twin else number)  # noqa: S311 -- repeatable
        pick = {name: rng.choice(found) for name, found in words.items()}
        shop = "".join(rng.choice("恒安瑞丰泰和盛源金鑫宏达永兴康宁") for _ in range(4))
        stem = (
            f"{shop}公司{pick['where']}的{pick['what']}{pick['fault']}，"
            f"检查人员第{rng.randrange(90) + 10}号记录写明{rng.randrange(900) + 100}件，"
            f"此时先{pick['act']}，再应当怎样处理{'？' if twin else '：'}"
        )
        acts = rng.sample(words["act"], 4)
        rows.append(
            {
                "编号": f"bench-{number:06d}",
                "题型": "单选题",
                "题干": stem,
                **{f"选项{a}": act for a, act in zip("ABCD", acts, strict=True)},
                "答案": rng.choice("ABCD"),
                "解析": f"{pick['what']}应当{pick['act']}。",
                "依据": "AQSCF:24",
                "难度": "0.60",
                "方面": rng.choice(["组织体系", "应急预案", "应急演练", "物资装备"]),
            }
        )
    return rows


def _measure_import(rows: list[dict[str, str]]) -> dict[str, float]:
    from django.utils import timezone  # noqa: PLC0415 -- after setup

    from exams.formats import Defaults  # noqa: PLC0415 -- after setup
    from exams.services.item_imports import import_items  # noqa: PLC0415 -- after setup

    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    data = out.getvalue().encode()
    bare = _seconds(partial(_bare_import, data))
    seconds = _seconds(
        lambda: import_items(
            data,
            dialect="csv",
            defaults=Defaults(),
            accept_good=False,
            now=timezone.now(),
            by=None,
        )
    )
    return {
        "items": len(rows),
        "seconds": round(seconds, 2),
        "ms_per_item": round(seconds * 1000 / len(rows), 3),
        "bare_seconds": round(bare, 2),
        "over_bare": round(seconds / bare, 2),
    }


def _bare_import(data: bytes) -> None:
    """Rows read by the csv module and inserted as they are, then taken away again."""
    from django.db import transaction  # noqa: PLC0415 -- after setup
    from django.utils import timezone  # noqa: PLC0415 -- after setup

    from exams.models import Item, ItemRevision  # noqa: PLC0415 -- after setup

    now = timezone.now()
    with transaction.atomic():
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        items = Item.objects.bulk_create(
            [
                Item(key=f"bare-{row['编号']}", pool="exam", created_at=now)
                for row in rows
            ],
            batch_size=500,
        )
        ItemRevision.objects.bulk_create(
            [
                ItemRevision(
                    item=item,
                    number=1,
                    type="single_choice",
                    aspect="plans",
                    level="know",
                    difficulty=row["难度"],
                    markup="plain",
                    stem=row["题干"],
                    content={"options": [row[f"选项{a}"] for a in "ABCD"]},
                    rationale=row["解析"],
                    citations=[row["依据"]],
                    digest="",
                    created_at=now,
                )
                for item, row in zip(items, rows, strict=True)
            ],
            batch_size=500,
        )
        transaction.set_rollback(True)


def _measure_twins(items: int) -> dict[str, float]:
    """All near twins of the bank; the same by comparing every pair of a sample."""
    import difflib  # noqa: PLC0415 -- beside its use
    from itertools import combinations  # noqa: PLC0415 -- beside its use

    from rapidfuzz import fuzz  # noqa: PLC0415 -- beside its use

    from exams.models import Item  # noqa: PLC0415 -- after setup
    from exams.queries.bank import item_texts  # noqa: PLC0415 -- after setup
    from exams.question_types.base import normalised  # noqa: PLC0415 -- after setup
    from exams.rules.similarity import ALIKE_FROM, alike  # noqa: PLC0415 -- after setup

    stems = item_texts(Item.objects.order_by("pk"))
    begun = time.perf_counter()
    found = {(pair.one, pair.other) for pair in alike(stems)}
    seconds = time.perf_counter() - begun
    sample = {pk: normalised(stem) for pk, stem in list(stems.items())[:SAMPLE]}
    begun = time.perf_counter()
    alike_there = {
        (one, other)
        for one, other in combinations(sorted(sample), 2)
        if fuzz.ratio(sample[one], sample[other]) >= ALIKE_FROM
    }
    pairwise = (time.perf_counter() - begun) / (len(sample) * (len(sample) - 1) / 2)
    texts = list(sample.values())[:DIFFLIB_SAMPLE]
    begun = time.perf_counter()
    for one, other in combinations(texts, 2):
        difflib.SequenceMatcher(None, one, other).ratio()
    slow = (time.perf_counter() - begun) / (len(texts) * (len(texts) - 1) / 2)
    pairs = items * (items - 1) / 2
    in_sample = {pair for pair in found if set(pair) <= set(sample)}
    return {
        "items": items,
        "seconds": round(seconds, 2),
        "pairs_found": len(found),
        "found_of_sample_share": round(
            len(in_sample & alike_there) / max(1, len(alike_there)), 3
        ),
        "wrong_in_sample": len(in_sample - alike_there),
        "every_pair_seconds": round(pairwise * pairs, 1),
        "every_pair_over_ours": round(pairwise * pairs / seconds, 1),
        "difflib_every_pair_seconds": round(slow * pairs, 1),
        "difflib_over_ours": round(slow * pairs / seconds, 1),
    }


def _trainer() -> Any:
    """A signed-in trainer's client."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 -- beside its use

    from django.test import Client  # noqa: PLC0415 -- after setup
    from django_otp import DEVICE_ID_SESSION_KEY  # noqa: PLC0415 -- after setup
    from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: PLC0415

    from accounts.enums import Level, Role  # noqa: PLC0415 -- after setup
    from accounts.models import (  # noqa: PLC0415 -- after setup
        Membership,
        Organisation,
        RoleGrant,
        User,
    )
    from accounts.permissions import CODE_TIME_KEY  # noqa: PLC0415 -- after setup

    now = datetime.now(tz=UTC)
    body = Organisation.add_root(name="bench", level=Level.CITY, division_code="970100")
    user = User.objects.create_user("bench", name="bench")
    Membership.objects.create(user=user, organisation=body, joined_on=now.date())
    RoleGrant.objects.create(
        user=user,
        organisation=body,
        role=Role.TRAINER,
        granted_at=now - timedelta(days=1),
    )
    client = Client()
    client.force_login(user, backend="accounts.backends.AccountBackend")
    device = TOTPDevice.objects.create(user=user, name="bench", confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session[CODE_TIME_KEY] = now.isoformat()
    session.save()
    return client


def _measure_pages(client: Any) -> dict[str, dict[str, float]]:
    from django.db import connection  # noqa: PLC0415 -- after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- after setup

    from exams.models import Item  # noqa: PLC0415 -- after setup

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    middle = Item.objects.get(key="bench-000050")
    pages = {
        "list": "/exams/bank/",
        "last page": "/exams/bank/?page=last",
        "by state": "/exams/bank/?state=draft",
        "by aspect": "/exams/bank/?aspect=plans&type=single_choice",
        "by words": "/exams/bank/?q=储罐区",
        "by key": "/exams/bank/?q=bench-000050",
        "item": f"/exams/bank/{middle.public_id}/",
    }
    found = {}
    for name, address in pages.items():
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            count = len(queries)
        times = [_seconds(partial(client.get, address)) for _ in range(ROUNDS)]
        found[name] = {
            "ms": round(statistics.median(times) * 1000, 1),
            "queries": count,
        }
    return found


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
            for size, one in figures.items() if name != "twins" else [("", figures)]:
                lines.append(f"  {name} {size}: {one}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
