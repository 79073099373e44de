"""Which texts say nearly the same, among many, without comparing every pair.

Two texts that share most of their pairs of signs also share a rare one. So every text
is filed under its rarest pairs only, and just those that meet in a file are compared
(prefix filtering): no pair with the overlap below is missed, and it is quick because
files of rare pairs are short.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from exams.question_types.base import normalised

ALIKE_FROM = 80.0
OVERLAP = 0.6


@dataclass(frozen=True, slots=True)
class Alike:
    """Two texts and how alike they are, in percent."""

    one: int
    other: int
    percent: int


def shingles(text: str) -> set[str]:
    """The pairs of neighbouring signs of a text; a single sign stands for itself."""
    flat = normalised(text)
    return {flat[n : n + 2] for n in range(len(flat) - 1)} or {flat}


def prefix_length(size: int, overlap: float = OVERLAP) -> int:
    """How many of its rarest pairs a text must be filed under."""
    return size - math.ceil(overlap * size) + 1


def alike(texts: Mapping[int, str], *, least: float = ALIKE_FROM) -> list[Alike]:
    """All pairs of texts at least so alike, the most alike first."""
    flat = {id_: normalised(text) for id_, text in texts.items()}
    pairs = {id_: shingles(text) for id_, text in texts.items()}
    result: list[Alike] = []
    for one, other in _meeting(pairs):
        percent = fuzz.ratio(flat[one], flat[other], score_cutoff=least)
        if percent:
            first, second = sorted((one, other))
            result.append(Alike(first, second, math.floor(percent)))
    return sorted(result, key=lambda pair: (-pair.percent, pair.one, pair.other))


def _meeting(pairs: Mapping[int, set[str]]) -> Iterator[tuple[int, int]]:
    """Texts whose pairs of signs overlap enough."""
    rarity = Counter(pair for found in pairs.values() for pair in found)
    files: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for id_ in sorted(pairs, key=lambda one: (len(pairs[one]), one)):
        mine, size = pairs[id_], len(pairs[id_])
        ordered = sorted(mine, key=lambda pair: (rarity[pair], pair))
        met: dict[int, int] = {}
        for place, pair in enumerate(ordered[: prefix_length(size)]):
            for other, left in files[pair]:
                # Both stand in the same order: what is behind is all they can share.
                seen = met.get(other, 0)
                most = seen + min(size - place, left)
                met[other] = (
                    seen + 1 if most >= needed(size, len(pairs[other])) else -size
                )
            files[pair].append((id_, size - place))
        for other, seen in met.items():
            if seen > 0 and len(mine & pairs[other]) >= needed(size, len(pairs[other])):
                yield id_, other


def needed(size: int, other: int) -> float:
    """How many pairs two texts of these sizes must share."""
    return OVERLAP / (1 + OVERLAP) * (size + other) - 1e-9
