"""The order of what the database found: a small, explainable score."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from courses.search.tokens import (
    bigrams,
    cited_numbers,
    fold,
    split_compound,
    split_words,
    synonyms,
)

_PART = re.compile(r"[^\s，。、；：,;:]+")
STOP_WORDS = frozenset(
    [
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "在",
        "是",
        "有",
        "对",
        "应",
        "应当",
        "什么",
        "怎么",
        "如何",
        "多少",
        "哪些",
        "几",
        "吗",
        "谁",
        "由",
        "被",
        "把",
        "为",
        "要",
        "能",
        "不能",
        "可以",
        "多久",
    ]
)
SNIPPET = 90
SHORTEST_COMPOUND = 4
OPENING = 60


@dataclass(frozen=True)
class Query:
    """What was asked: whole parts, their words, and the articles they name."""

    text: str
    parts: tuple[str, ...]
    words: tuple[str, ...]
    places: tuple[tuple[str, int, int], ...] = ()

    @property
    def telling_words(self) -> tuple[str, ...]:
        """Words the index knows: single characters are in it only as parts."""
        return tuple(w for w in self.words if len(w) > 1 or w.isascii()) or self.words


@dataclass
class Candidate:
    """One entry the database found."""

    pk: int
    kind: str
    key: str
    title: str
    context: str
    body: str
    standing: float
    url: str
    bonus: float = 0
    score: float = field(default=0, compare=False)


def read_query(text: str, names: tuple[str, ...] = ()) -> Query:
    """Split a query into its parts and words; questions lose their empty words."""
    text = " ".join(fold(text).split())[:100]
    parts = tuple(_PART.findall(text))
    words = [word for part in parts for word in _words_of(part)]
    return Query(
        text,
        parts,
        tuple(dict.fromkeys(words)) or parts,
        tuple(cited_numbers(text, names)),
    )


def _words_of(part: str) -> list[str]:
    """The words of one part; compounds in their terms, short runs as they are."""
    found = []
    for word in split_words(part):
        if not word.strip() or word in STOP_WORDS:
            continue
        found += split_compound(word) if len(word) >= SHORTEST_COMPOUND else [word]
    return found


def legal_reading(text: str) -> str:
    """The query with everyday words put into the words of the law; often the same."""
    for said, written in synonyms().items():
        if said in text:
            text = text.replace(said, f" {written} ")
    return " ".join(text.split())


def rank(query: Query, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first. Rare words count more; whole phrases and titles count most."""
    found = list(candidates)
    if not found:
        return []
    pieces = {word: _pieces(word) for word in query.words}
    needles = {*query.words, *(piece for parts in pieces.values() for piece in parts)}
    weight = _rarity(needles, found)
    for candidate in found:
        candidate.score = _score(query, candidate, weight, pieces)
    return sorted(found, key=lambda c: (-c.score, c.pk))


def _pieces(word: str) -> list[str]:
    """What still counts a little where the word itself is not there."""
    return list(bigrams(word)) if len(word) > 2 and not word.isascii() else []


def _rarity(words: Iterable[str], found: list[Candidate]) -> dict[str, float]:
    """Inverse frequency among the candidates."""
    total = len(found)
    return {
        word: math.log(
            1 + total / (0.5 + sum(word in c.body or word in c.title for c in found))
        )
        for word in words
    }


def _score(
    query: Query,
    candidate: Candidate,
    weight: dict[str, float],
    pieces: dict[str, list[str]],
) -> float:
    length = 60 + len(candidate.body)
    opening = candidate.body[:OPENING]
    score = matched = 0.0
    for word in query.words:
        times = candidate.body.count(word)
        if not times and word not in candidate.title:
            parts = pieces[word]
            there = [piece for piece in parts if piece in candidate.body]
            if parts:
                score += 0.4 * sum(weight[piece] for piece in there) / len(parts)
                matched += 0.6 * len(there) / len(parts)
            continue
        matched += 1
        saturated = times * 2.2 / (times + 1.2 * (0.4 + 0.6 * length / 400))
        score += weight[word] * saturated
        score += weight[word] * (1.2 if word in candidate.title else 0)
        score += weight[word] * (0.4 if word in candidate.context else 0)
        score += weight[word] * (0.5 if word in opening else 0)
    if query.words:
        score *= (matched / len(query.words)) ** 2
    for part in query.parts:
        if len(part) > 2 and part in candidate.body:
            score += 1.5 + min(len(part), 10) / 5
        if len(part) > 1 and part in candidate.title:
            score += 2 + 4 * len(part) / max(len(candidate.title), 1)
    if candidate.title == query.text:
        score += 6
    score += _closeness(query.words, candidate.body)
    return score * candidate.standing + candidate.bonus


def _closeness(words: tuple[str, ...], body: str) -> float:
    """Up to two points when all words stand near each other."""
    places = [body.find(word) for word in words]
    if len(places) < 2 or any(place < 0 for place in places):
        return 0.0
    best = max(places) - min(places)
    for place in _all_places(words[0], body):
        around = body[max(0, place - 40) : place + 60]
        if all(word in around for word in words):
            best = min(best, 40)
    return 2.0 / (1 + best / 40)


def _all_places(word: str, body: str) -> Iterable[int]:
    place = body.find(word)
    while place >= 0:
        yield place
        place = body.find(word, place + 1)


def snippet(query: Query, body: str) -> list[tuple[str, bool]]:
    """The telling piece of a text in runs, with the found words marked."""
    needles = sorted(
        {*query.parts, *(word for word in query.words if word in body)},
        key=len,
        reverse=True,
    )
    needles = [needle for needle in needles if needle in body]
    flat = body.replace("\n", " ")
    start = max(0, min((flat.find(n) for n in needles[:1]), default=0) - 24)
    piece = flat[start : start + SNIPPET]
    runs: list[tuple[str, bool]] = [("…", False)] if start else []
    if needles:
        pattern = re.compile("|".join(re.escape(needle) for needle in needles))
        position = 0
        for match in pattern.finditer(piece):
            if match.start() > position:
                runs.append((piece[position : match.start()], False))
            runs.append((match.group(), True))
            position = match.end()
        piece = piece[position:]
    if piece:
        runs.append((piece, False))
    if start + SNIPPET < len(flat):
        runs.append(("…", False))
    return runs
