"""The documents point at things that exist and betray nothing of a machine."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)#\s]+)")
COMMAND = re.compile(r"manage\.py (?P<name>[a-z_]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = [match["target"] for match in LINK.finditer(page.read_text("utf-8"))]
    local = [target for target in targets if "://" not in target]

    assert [t for t in local if not (page.parent / t).exists()] == []


def test_commands_named_in_documents_exist():
    named = {
        match["name"]
        for page in PAGES
        for match in COMMAND.finditer(page.read_text("utf-8"))
    }
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    builtin = {
        "migrate",
        "collectstatic",
        "createcachetable",
        "createsuperuser",
    }

    assert named - ours - builtin == set()


def test_every_decision_says_context_decision_and_consequence():
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert len(decisions) >= 16
    for decision in decisions:
        text = decision.read_text("utf-8")
        for part in ("## Context", "## Decision", "## Consequence"):
            assert part in text, decision.name
