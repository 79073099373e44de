"""The items we ship: complete, well keyed, and true to the law they cite."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from courses.enums import INSPECTED_ASPECTS
from exams.data import ItemDraft
from exams.enums import Pool
from exams.rules.item_file import read_item_file

ITEMS = Path(__file__).parents[2] / "config/demo/items"
OURS = ("hazchem-emergency-law.yaml", "hazchem-practice.yaml")
NUMERALS = "零一二三四五六七八九"
STATUTES = {
    "AQSCF": "安全生产法",
    "YJTL": "生产安全事故应急条例",
    "XZCFF": "行政处罚法",
    "XZQZF": "行政强制法",
    "WHPAQF": "危险化学品安全法",
    "TFSJF": "突发事件应对法",
    "SGBGTL": "生产安全事故报告和调查处理条例",
}


def in_words(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{NUMERALS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{NUMERALS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (NUMERALS[ones] if ones else "")


def article(corpus: Path, citation: str) -> str:
    law, place = citation.split(":")
    number = int(place.split(".")[0])
    text = (corpus / "statutes" / f"{STATUTES[law]}.md").read_text(encoding="utf-8")
    start = text.index(f"\n第{in_words(number)}条")
    end = text.find(f"\n第{in_words(number + 1)}条", start)
    return text[start : end if end > 0 else None].replace("\n", "")


@pytest.fixture(scope="module")
def items() -> tuple[ItemDraft, ...]:
    items: tuple[ItemDraft, ...] = ()
    for name in OURS:
        loaded = yaml.safe_load((ITEMS / name).read_text("utf-8"))
        content, problems = read_item_file(loaded)
        assert problems == []
        items += content.items
    return items


def test_items_cover_every_aspect(items):
    counts = Counter(item.aspect for item in items)

    assert {aspect for aspect in INSPECTED_ASPECTS if counts[aspect] < 6} == set()


def test_items_have_at_least_ten_of_multiple_choice(items):
    assert sum(item.type == "multiple_choice" for item in items) >= 10


def test_every_item_is_sourced_and_explained(items):
    assert [
        i.key for i in items if not (i.citations and i.rationale and i.support)
    ] == []


def test_supporting_phrases_stand_in_the_cited_articles(items, corpus):
    wrong = [
        (item.key, line.ref, line.phrase)
        for item in items
        for line in item.support
        if line.phrase not in article(corpus, line.ref)
    ]

    assert wrong == []


def test_key_of_single_choice_is_spread_over_the_letters(items):
    places = Counter(
        [o.correct for o in item.options].index(True)
        for item in items
        if item.type == "single_choice"
    )

    assert all(7 <= places[place] <= 14 for place in range(4)), places


def test_key_of_single_choice_is_not_betrayed_by_its_length(items):
    singles = [item for item in items if item.type == "single_choice"]
    longest = sum(
        max(item.options, key=lambda o: len(o.text)).correct for item in singles
    )

    assert longest <= len(singles) * 0.5, longest


def test_practice_and_exam_share_no_item(items):
    pools = {pool: {i.stem for i in items if i.pool == pool} for pool in Pool.values}

    assert pools["exam"] & pools["practice"] == set()
    assert len(pools["practice"]) >= 14
