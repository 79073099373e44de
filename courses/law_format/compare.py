"""Which article of the old edition became which of the new one, and how it changed."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

LEAST_LIKENESS = 0.5
SAME_NUMBER_LIKENESS = 0.35
_WORDS = re.compile(r"[\d.％%]+|[A-Za-z]+|[\u4e00-\u9fff]|.", re.DOTALL)


@dataclass(frozen=True)
class ArticleText:
    """An article of one edition as far as a comparison needs it."""

    key: str
    label: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text without layout: equal when the words are equal."""
        return text_digest(self.text)


@dataclass(frozen=True)
class ArticlePair:
    """What became of an article; one side is None for a new or a gone article.

    ``change`` is same, moved, changed, new or gone. A moved article has the same
    words under another number; one that moved and changed counts as changed.
    """

    old: ArticleText | None
    new: ArticleText | None
    change: str
    likeness: float


def text_digest(text: str) -> str:
    """SHA-256 over the text with all white space removed."""
    return hashlib.sha256(re.sub(r"\s+", "", text).encode()).hexdigest()


def compare_articles(
    old: Sequence[ArticleText], new: Sequence[ArticleText]
) -> list[ArticlePair]:
    """Pair the articles of two editions, in the order of the new one.

    Equal words first, then equal numbers that still read alike, then the greatest
    likeness of what is left. Articles that are gone follow at their old place.
    """
    partner = _equal_words(old, new)
    _same_numbers(old, new, partner)
    _greatest_likeness(old, new, partner)
    taken = set(partner.values())
    pairs: list[tuple[tuple[int, int], ArticlePair]] = []
    for position, article in enumerate(new):
        before = old[partner[position]] if position in partner else None
        pairs.append(((position, 1), _pair(before, article)))
    for position, article in enumerate(old):
        if position not in taken:
            place = _place_of_gone(position, partner)
            pairs.append(((place, 0), _pair(article, None)))
    return [pair for _, pair in sorted(pairs, key=lambda entry: entry[0])]


def _equal_words(
    old: Sequence[ArticleText], new: Sequence[ArticleText]
) -> dict[int, int]:
    waiting: dict[str, list[int]] = {}
    for position, article in enumerate(old):
        waiting.setdefault(article.digest, []).append(position)
    partner = {}
    for position, article in enumerate(new):
        same = waiting.get(article.digest)
        if same:
            nearest = min(same, key=lambda candidate: abs(candidate - position))
            same.remove(nearest)
            partner[position] = nearest
    return partner


def _same_numbers(
    old: Sequence[ArticleText], new: Sequence[ArticleText], partner: dict[int, int]
) -> None:
    free = {
        article.label: position
        for position, article in enumerate(old)
        if position not in set(partner.values())
    }
    for position, article in enumerate(new):
        candidate = free.get(article.label)
        if position in partner or candidate is None:
            continue
        if _likeness(old[candidate], article) >= 0.75:
            partner[position] = candidate


def _greatest_likeness(
    old: Sequence[ArticleText], new: Sequence[ArticleText], partner: dict[int, int]
) -> None:
    taken = set(partner.values())
    free_old = [position for position in range(len(old)) if position not in taken]
    free_new = [position for position in range(len(new)) if position not in partner]
    if not free_old or not free_new:
        return
    matrix = process.cdist(
        [_bare(new[position].text) for position in free_new],
        [_bare(old[position].text) for position in free_old],
        scorer=fuzz.ratio,
    )
    candidates = sorted(
        (
            (float(matrix[row][column]) / 100, free_new[row], free_old[column])
            for row in range(len(free_new))
            for column in range(len(free_old))
        ),
        key=lambda found: (-found[0], abs(found[1] - found[2])),
    )
    for likeness, position, candidate in candidates:
        if position in partner or candidate in taken:
            continue
        same_number = new[position].label == old[candidate].label
        if likeness >= (SAME_NUMBER_LIKENESS if same_number else LEAST_LIKENESS):
            partner[position] = candidate
            taken.add(candidate)


def _pair(old: ArticleText | None, new: ArticleText | None) -> ArticlePair:
    if old is None or new is None:
        return ArticlePair(old, new, "new" if old is None else "gone", 0.0)
    if old.digest == new.digest:
        change = "same" if old.label == new.label else "moved"
        return ArticlePair(old, new, change, 1.0)
    return ArticlePair(old, new, "changed", _likeness(old, new))


def _place_of_gone(position: int, partner: dict[int, int]) -> int:
    """Before the new article whose old number comes next."""
    later = [mine for mine, theirs in partner.items() if theirs > position]
    return min(later, default=len(partner) + position + 1)


def _likeness(old: ArticleText, new: ArticleText) -> float:
    return float(fuzz.ratio(_bare(old.text), _bare(new.text))) / 100


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class DiffPart:
    """A run of words that both sides share (``same``), lost or gained."""

    kind: str
    text: str


def diff_words(
    old: str,
    new: str,
    split: Callable[[str], Iterable[str]] = _WORDS.findall,
) -> tuple[list[DiffPart], list[DiffPart]]:
    """Both texts in runs, with ``del`` and ``ins`` where they differ."""
    before, after = list(split(old)), list(split(new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    left: list[DiffPart] = []
    right: list[DiffPart] = []
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        same = operation == "equal"
        if i1 < i2:
            left.append(DiffPart("same" if same else "del", "".join(before[i1:i2])))
        if j1 < j2:
            right.append(DiffPart("same" if same else "ins", "".join(after[j1:j2])))
    return left, right
