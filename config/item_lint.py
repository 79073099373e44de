"""Pure checks of the item bank's files: form, duplicates, and tells of the key.

An item that can be answered without knowing the law measures test-wiseness. The
checks here look at the bank as a whole: are keys spread evenly over the places, is
the key the longest option more often than chance, do two items ask the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from config.content_lint import (
    ASPECTS,
    HAN,
    Mapped,
    Problem,
    every_text,
    meets,
    read_yaml,
    style_problems,
)
from courses.citations import parse_citations, parse_key

TYPES = (
    "single_choice",
    "multiple_choice",
    "true_false",
    "fill_in",
    "numeric",
    "matching",
    "ordering",
    "short_answer",
    "case_analysis",
)
LEVELS = ("know", "apply", "judge")
POOLS = ("exam", "practice")
SIMILARITY = 90.0  # rapidfuzz ratio of stem and options
CHI_SQUARE_LEVEL = 0.05
LONGEST_MARGIN = 0.05
ALL_OF_THEM_SHARE = 0.02
ALL_OF_THEM = re.compile(
    r"以上(?:说法|选项|各项|三项|情形)?(?:都|均|全)(?:对|正确|是|属)"
)
COMPLETE_ITEMS = 400
COMPLETE_SETS = 30
SET_SIZE = (3, 5)


def read_item_files(folder: Path) -> tuple[dict[str, Mapped], dict[str, Mapped]]:
    """Items and case sets of all files of a folder, each by file and key."""
    items: dict[str, Mapped] = {}
    sets: dict[str, Mapped] = {}
    for path in sorted(folder.rglob("*.yaml")):
        data = read_yaml(path)
        entries = data if isinstance(data, list) else data.get("items", [])
        for number, item in enumerate(entries, start=1):
            items[f"{path.stem}/{item.get('key', number)}"] = item
        if isinstance(data, Mapping):
            for case_set in data.get("case_sets", []):
                sets[f"{path.stem}/{case_set['key']}"] = case_set
    return items, sets


def item_problems(item: Mapped, place: str) -> list[Problem]:
    """Everything in the form of one item that the house does not accept."""
    found = [
        Problem(place, f"{name} is missing")
        for name in ("key", "type", "stem", "rationale", "citations", "law_as_of")
        if not item.get(name)
    ]
    for name, allowed in (
        ("type", TYPES),
        ("aspect", ASPECTS),
        ("level", LEVELS),
        ("pool", POOLS),
    ):
        if item.get(name) not in allowed:
            found.append(Problem(place, f"{name} {item.get(name)!r} is unknown"))
    supported = [parse_key(entry["ref"]) for entry in item.get("support", [])]
    cited = [parse_key(key) for key in item.get("citations", [])]
    cited += [cite for cite in parse_citations(item.get("rationale", "")) if cite.law]
    found.extend(
        Problem(place, f"{cite.key} is cited without a support phrase")
        for cite in cited
        if not any(meets(cite, other) for other in supported)
    )
    found.extend(style_problems(every_text(item), place))
    return found


def duplicate_problems(items: Mapping[str, Mapped]) -> list[Problem]:
    """Pairs of items whose words are nearly the same; also a key used twice."""
    places = list(items)
    found = [
        Problem(str(key), "this key is used more than once")
        for key, count in Counter(item.get("key") for item in items.values()).items()
        if count > 1
    ]
    words = [_words(items[place]) for place in places]
    if len(words) < 2:
        return found
    scores = process.cdist(words, words, scorer=fuzz.ratio, score_cutoff=SIMILARITY)
    for row, place in enumerate(places):
        found.extend(
            Problem(places[column], f"{scores[row][column]:.0f} % alike with {place}")
            for column in range(row + 1, len(places))
            if scores[row][column] >= SIMILARITY
        )
    return found


def _words(item: Mapped) -> str:
    """Stem and options without anything but their Chinese characters and figures."""
    texts = [item.get("stem", "")]
    texts.extend(option["text"] for option in item.get("options", []))
    return "".join(re.findall(r"[\u4e00-\u9fff0-9]", "".join(texts)))


def form_problems(items: Iterable[Mapped]) -> list[Problem]:
    """Whether single choices can be guessed from their form."""
    choices = [item for item in items if item.get("type") == "single_choice"]
    found = []
    by_size: dict[int, list[Mapped]] = {}
    for item in choices:
        by_size.setdefault(len(item["options"]), []).append(item)
    for size, group in sorted(by_size.items()):
        places = Counter(_key_places(item)[0] for item in group)
        level = uniformity([places[place] for place in range(size)])
        if level <= CHI_SQUARE_LEVEL:
            spread = "/".join(str(places[place]) for place in range(size))
            found.append(
                Problem(
                    "items", f"keys of {size} options stand {spread}, p={level:.3f}"
                )
            )
    if choices:
        chance = sum(1 / len(item["options"]) for item in choices) / len(choices)
        rate = sum(map(_key_is_longest, choices)) / len(choices)
        if rate > chance + LONGEST_MARGIN:
            found.append(
                Problem("items", f"the key is the longest option in {rate:.1%}")
            )
    return found


def all_of_them_problems(items: Sequence[Mapped]) -> list[Problem]:
    """Whether too many items offer 以上都对."""
    count = sum(
        any(ALL_OF_THEM.search(option["text"]) for option in item.get("options", []))
        for item in items
    )
    if count > ALL_OF_THEM_SHARE * len(items):
        return [Problem("items", f"以上都对 stands in {count} of {len(items)} items")]
    return []


def completeness_problems(
    items: Mapping[str, Mapped], sets: Mapping[str, Mapped]
) -> list[Problem]:
    """What is missing of the promised bank."""
    found = []
    if len(items) < COMPLETE_ITEMS:
        found.append(Problem("items", f"{len(items)} items, {COMPLETE_ITEMS} promised"))
    for name, expected in (
        ("type", TYPES),
        ("level", LEVELS),
        ("pool", POOLS),
        ("aspect", ASPECTS),
    ):
        present = {item.get(name) for item in items.values()}
        if absent := [value for value in expected if value not in present]:
            found.append(Problem("items", f"no item has {name} {', '.join(absent)}"))
    sized = [
        place
        for place, case_set in sets.items()
        if SET_SIZE[0] <= len(case_set["items"]) <= SET_SIZE[1]
    ]
    if len(sized) < COMPLETE_SETS:
        found.append(
            Problem(
                "items", f"{len(sized)} case sets of 3 to 5, {COMPLETE_SETS} promised"
            )
        )
    return found


def uniformity(counts: Sequence[int]) -> float:
    """Probability of so uneven a spread by chance (chi-square test)."""
    total = sum(counts)
    if not total:
        return 1.0
    expected = total / len(counts)
    statistic = sum((count - expected) ** 2 / expected for count in counts)
    return chi_square_tail(statistic, len(counts) - 1)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Upper tail of the chi-square distribution, by its finite series."""
    half = statistic / 2
    if freedom % 2 == 0:
        terms = (half**k / math.factorial(k) for k in range(freedom // 2))
        return float(math.exp(-half) * sum(terms))
    odd = (half ** (k - 0.5) / math.gamma(k + 0.5) for k in range(1, freedom // 2 + 1))
    return float(math.erfc(math.sqrt(half)) + math.exp(-half) * sum(odd))


def _key_places(item: Mapped) -> list[int]:
    options: Sequence[Mapping[str, Any]] = item["options"]
    return [place for place, option in enumerate(options) if option.get("correct")]


def _key_is_longest(item: Mapped) -> bool:
    lengths = [len(HAN.findall(option["text"])) for option in item["options"]]
    key = lengths[_key_places(item)[0]]
    return key == max(lengths) and lengths.count(key) == 1
