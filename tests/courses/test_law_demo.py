"""The law the product ships: our gists carry every citation of the shipped content."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from config.demo import law as demo_law
from courses.citations import parse_key
from courses.law_format import parse_law
from courses.models import StatuteEdition
from courses.queries.law import explain_many, resolve

CONTENT = Path(demo_law.__file__).parent
KEY = re.compile(r"(?<![A-Za-z])[A-Z]{2,8}:\d{1,4}(?:-\d+)?(?:\.\d*)*(?<!\.)")
TODAY = date(2026, 11, 23)


@pytest.fixture
def gists(db: None, now: datetime, settings: object) -> None:
    settings.LAW_CORPUS = ""  # type: ignore[attr-defined]
    demo_law.load(now)


def shipped_keys() -> set[str]:
    """Every citation key in the content files, but for those marked unverified."""
    files = [p for p in CONTENT.rglob("*.yaml") if p.name != "law_gists.yaml"]
    lines = [
        line
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if "unverified:" not in line
    ]
    found = {key for line in lines for key in KEY.findall(line)}
    laws = {entry["law"] for entry in yaml.safe_load(demo_law.FILE.read_text("utf-8"))}
    return {key for key in found if key.split(":")[0] in laws}


def test_every_shipped_citation_resolves_without_full_texts(gists: None) -> None:
    places = [parse_key(key) for key in sorted(shipped_keys())]

    missing = {
        f"{answer.key} {answer.reason}"
        for answer in explain_many(places, TODAY)
        if answer.found is None
    }

    assert len(places) > 50
    assert missing == set()


def test_gists_load_twice_without_a_trace(gists: None, now: datetime) -> None:
    before = set(StatuteEdition.objects.values_list("pk", "article_count"))

    demo_law.load(now)

    assert set(StatuteEdition.objects.values_list("pk", "article_count")) == before


def test_gist_says_that_it_is_one(gists: None) -> None:
    found = resolve("AQSCF:97.1.6", TODAY)

    assert found is not None
    assert found.is_gist
    assert found.in_force


def test_gist_and_full_text_agree(
    gists: None, corpus: Path, now: datetime, settings: object
) -> None:
    """The digests and shapes of the gists are those of the official texts."""
    before = {
        key: (found.key, found.sha256)
        for key in shipped_keys()
        if (found := resolve(key, TODAY))
    }
    settings.LAW_CORPUS = str(corpus / "statutes")  # type: ignore[attr-defined]
    demo_law.load(now)

    after = {key: found for key in before if (found := resolve(key, TODAY))}

    assert {key: (found.key, found.sha256) for key, found in after.items()} == before
    assert [key for key, found in after.items() if found.is_gist] == []


def test_parts_and_books_are_divisions() -> None:
    text = (
        "某某法\n第一编　总则\n第一章　一般规定\n第一条　甲。\n"
        "第二编　分则\n第一分编　物\n第一章　其他\n第二条　乙。"
    )

    law = parse_law(text.encode(), "某某法.txt")

    assert [(d.level, d.number, d.parent) for d in law.divisions] == [
        ("part", 1, None),
        ("chapter", 1, 0),
        ("part", 2, None),
        ("subpart", 1, 2),
        ("chapter", 1, 3),
    ]
