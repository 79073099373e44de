"""The bot table in the documentation is what the bots really score.

Write it anew with ``python -m tests.simulator.test_docs_table``.
"""

from __future__ import annotations

import re
from functools import cache

from tests.simulator.cases import NAMES, ROOT, bots

PAGE = ROOT / "docs" / "algorithms" / "simulator.md"
TABLE = re.compile(r"(<!-- bots:begin -->\n).*?(<!-- bots:end -->)", re.DOTALL)


@cache
def table() -> str:
    lines = [
        "| Case | Strategy | Runs | Mean | SD | Lowest | Highest | Passes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row.strategy} | {row.runs} | {row.mean} | {row.sd} |"
        f" {row.lowest} | {row.highest} | {row.pass_rate:.0%} |"
        for name in NAMES
        for row in bots(name)
    ]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    return TABLE.sub(lambda found: found[1] + table() + found[2], page)


def test_documented_bot_table_is_current():
    page = PAGE.read_text("utf-8")

    assert with_table(page) == page


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
