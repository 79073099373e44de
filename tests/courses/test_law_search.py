"""The checked-in queries find what answers them among the first five, best first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from courses.models import SearchEntry
from courses.queries.search import Hit, search, suggest
from courses.registry import Searchable, SearchSource, register_search_source
from courses.search import index_tokens, legal_lexicon, read_query, snippet
from courses.search.tokens import split_compound
from courses.services.law import import_statute
from courses.services.search import index_entries, index_glossary, rebuild_search

FIXTURES = Path(__file__).parents[1] / "fixtures"
QUERIES: list[dict[str, Any]] = yaml.safe_load(
    (FIXTURES / "law_search_queries.yaml").read_text("utf-8")
)
LEAST_RECALL = 0.95
LEAST_MRR = 0.85


def place_of(hits: list[Hit], wanted: list[str]) -> int | None:
    keys = [f"{hit.kind}:{hit.key}" for hit in hits]
    return next((place for place, key in enumerate(keys, 1) if key in wanted), None)


def test_query_set_is_large_enough() -> None:
    assert len({row["q"] for row in QUERIES}) >= 60


def test_corpus_queries_reach_recall_and_rank(db: None, corpus: Path) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    for folder in ("statutes", "rules"):
        for path in sorted((corpus / folder).rglob("*.md")):
            name = str(path.relative_to(corpus / folder))
            import_statute(path.read_bytes(), name, now=now)
    index_glossary()

    places = {
        row["q"]: place_of(search(row["q"], most=10), row["want"]) for row in QUERIES
    }

    recall = sum(place is not None and place <= 5 for place in places.values())
    mrr = sum(1 / place for place in places.values() if place is not None)
    late = {query: place for query, place in places.items() if not place or place > 5}
    assert recall / len(QUERIES) >= LEAST_RECALL, late
    assert mrr / len(QUERIES) >= LEAST_MRR, places


@pytest.fixture
def small(db: None, now: datetime) -> None:
    name = "云岭省应急演练条例.md"
    import_statute((FIXTURES / "law" / name).read_bytes(), name, now=now)
    index_glossary()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("演练计划", "article:《云岭省应急演练条例》:3"),
        ("记录 三年", "article:《云岭省应急演练条例》:4"),
        ("第五条", "article:《云岭省应急演练条例》:5"),
        ("云岭省应急演练条例第三条之一", "article:《云岭省应急演练条例》:3-1"),
        ("ylsyjyltl", "statute:《云岭省应急演练条例》"),
        ("yhpc", "glossary:hidden-danger-check"),
        ("首违不罚", "glossary:first-offence"),
    ],
)
def test_first_hit_is_the_one_meant(small: None, query: str, first: str) -> None:
    hit = search(query)[0]

    assert f"{hit.kind}:{hit.key}" == first


@pytest.mark.parametrize(
    "query", ["", "   ", "'\"*", "的", "%", "x" * 200, "（）", "1"]
)
def test_odd_queries_do_no_harm(small: None, query: str) -> None:
    assert isinstance(search(query), list)
    assert isinstance(suggest(query), list)


def test_new_edition_replaces_the_old_one_in_the_index(db: None, now: datetime) -> None:
    for name in ("云岭省应急演练条例.md", "云岭省应急演练条例（2019年文本）.md"):
        import_statute((FIXTURES / "law" / name).read_bytes(), name, now=now)

    assert SearchEntry.objects.filter(kind="article").count() == 7


def test_pages_of_other_parts_are_found(
    small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.registry._search_sources", {})
    page = Searchable("hazchem/1", "预案备案该找谁", "收件机关与时限", "/learn/x/")
    register_search_source(SearchSource("page", "页面", lambda: [page]))

    rebuild_search()

    assert search("备案 收件机关")[0].url == "/learn/x/"
    assert index_entries("page", 1, []) == 0
    assert SearchEntry.objects.filter(kind="page").count() == 0


def test_snippet_marks_the_words() -> None:
    runs = snippet(read_query("演练"), "单位应当组织演练并记录")

    assert ("演练", True) in runs
    assert "".join(text for text, _ in runs) == "单位应当组织演练并记录"


def test_compounds_are_cut_into_known_terms() -> None:
    assert split_compound("应急预案备案") == ["应急预案", "备案"]
    assert split_compound("应急预案") == ["应急预案"]


def test_tokens_are_plain_ascii_words() -> None:
    tokens = index_tokens("第九十七条　２４小时 ABC")

    assert tokens.isascii()
    assert {"w24", "wabc"} <= set(tokens.split())


def test_letters_are_read_as_terms() -> None:
    assert legal_lexicon().expand("yhpc")[0] == "隐患排查"
    assert "应急预案" in legal_lexicon().expand("yingjiyuan")
