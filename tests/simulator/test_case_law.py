"""Every provision a case scores stands in the statute, down to the item.

Reads the reference texts beside the checkout; where they are not, the tests
say so and are left out.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from simulator.case_format.checks import citations_of
from simulator.engine import load_profile
from simulator.engine.citations import split
from simulator.engine.variants import option_sets, variant_with
from tests.simulator.cases import NAMES, ROOT, base

STATUTES = (
    next(
        (
            place
            for place in (ROOT.parent / "shared", ROOT / "shared")
            if (place / "law" / "statutes").is_dir()
        ),
        Path(),
    )
    / "law"
    / "statutes"
)
FILES = {
    "AQSCF": "安全生产法",
    "WHPAQF": "危险化学品安全法",
    "YJTL": "生产安全事故应急条例",
    "XZCFF": "行政处罚法",
    "XZQZF": "行政强制法",
    "KSAQF": "矿山安全法",
    "《矿山安全法实施条例》": "矿山安全法实施条例",
    "AQXKZTL": "安全生产许可证条例",
    "SGBGTL": "生产安全事故报告和调查处理条例",
    "TFSJF": "突发事件应对法",
    "XFF": "消防法",
}
DIGITS = "零一二三四五六七八九"
pytestmark = pytest.mark.skipif(
    not STATUTES.is_dir(), reason="the reference texts of the law are not here"
)


def numeral(text: str) -> int:
    total, digit = 0, 0
    for sign in text:
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = DIGITS.index(sign)
    return total + digit


@cache
def articles(law: str) -> dict[str, list[list[str]]]:
    """Article → paragraphs, each a list: its text, then its items."""
    text = (STATUTES / f"{FILES[law]}.md").read_text("utf-8")
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in (x.strip() for x in text.splitlines()):
        head = re.match(
            r"第([零一二三四五六七八九十百]+)条(之[一二三])?[\s　]+(.*)", line
        )
        if head:
            number = str(numeral(head[1]))
            if head[2]:
                number += f"-{numeral(head[2][1])}"
            current = found.setdefault(number, [])
            current.append([head[3]])
        elif line.startswith("#") or not line:
            if line.startswith("#"):
                current = None
        elif current is not None:
            item = re.match(r"[（(][一二三四五六七八九十]+[）)]", line)
            if item:
                current[-1].append(line)
            else:
                current.append([line])
    return found


def stands(citation: str) -> bool:
    law, article, below = split(citation)
    paragraphs = articles(law).get(article)
    if not paragraphs:
        return False
    paragraph = int(below[0]) if below else 1
    if paragraph > len(paragraphs):
        return False
    return len(below) < 2 or int(below[1]) < len(paragraphs[paragraph - 1])


@pytest.mark.parametrize("name", NAMES)
def test_every_scored_provision_stands_in_the_law(name):
    case = base(name)
    cited = {
        citation
        for options in option_sets(case)
        for _, citation in citations_of(variant_with(case, options))
        if case.laws[citation.partition(":")[0]].verified
    }

    assert [c for c in sorted(cited) if not stands(c)] == []


def test_every_provision_of_the_profile_stands_in_the_law():
    profile = load_profile()
    cited = {c for rule in profile.procedure for c in rule.basis}
    cited |= {c for veto in profile.vetoes.values() for c in veto.basis}

    assert [c for c in sorted(cited) if not stands(c)] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_read_is_never_scored(name):
    case = base(name)
    read = {code for code, law in case.laws.items() if law.verified}
    for options in option_sets(case):
        for item in variant_with(case, options).violations:
            scored = {*item.basis.duty, *item.basis.power}
            assert {c.partition(":")[0] for c in scored} <= read
            assert item.basis.duty
            assert item.basis.power
