"""The tables of requirements and threats name tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = ROOT / "docs/connect/conformance.md"
THREATS = ROOT / "docs/operations/threats.md"
REFERENCE = re.compile(r"`((?:[\w/]+\.py)?)(?:::(\w+))?(?:\[[^`\]]*\])?`")


def rows(document: Path) -> dict[str, str]:
    """The first cell of each row of the tables, and the last."""
    found = {}
    for line in document.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"N?[0-9]+", cells[0]):
            found[cells[0]] = cells[-1]
    return found


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    )


def missing_in(document: Path) -> list[str]:
    """References of the tables that lead to no test."""
    missing = []
    path = Path()
    for cell in rows(document).values():
        for file, name in REFERENCE.findall(cell):
            if file:
                path = ROOT / file if "/" in file else ROOT / "tests/credentials" / file
            if not path.is_file() or (name and name not in functions_of(path)):
                missing.append(f"{path.name}::{name}")
    return missing


def test_every_requirement_of_authzen_is_listed_with_its_tests():
    listed = rows(CONFORMANCE)

    assert list(listed) == [f"N{number}" for number in range(1, 20)]
    without = [name for name, tests in listed.items() if not REFERENCE.search(tests)]
    assert without == ["N11"]
    assert "not offered" in listed["N11"]


def test_every_threat_is_listed_with_its_test_or_called_open():
    listed = rows(THREATS)

    assert set(listed) == {str(number) for number in range(1, 53)}
    for number, tests in listed.items():
        assert REFERENCE.search(tests) or "*open*" in tests or tests == "same", number


@pytest.mark.parametrize("document", [CONFORMANCE, THREATS], ids=lambda p: p.name)
def test_named_tests_exist(document):
    assert missing_in(document) == []
