"""Which texts say nearly the same, among many, without comparing every pair in full.

Two texts share at most as many signs in order as they share signs at all. So each text
becomes a row that counts its signs, one product of rows bounds a pair from above, and
only pairs whose bound reaches the wanted likeness are compared: none of them is missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from exams.question_types.base import normalised

ALIKE_FROM = 80.0
COLUMNS = 640
SHARED_COLUMNS = 128
BLOCK = 256

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two texts and how alike they are, in percent."""

    one: int
    other: int
    percent: int


def alike(
    texts: Mapping[int, str],
    *,
    least: float = ALIKE_FROM,
    told: Callable[[int], None] | None = None,
) -> list[Alike]:
    """All pairs of texts at least so alike, the most alike first.

    ``told`` hears after every block how many texts are done.
    """
    flat = {id_: normalised(text) for id_, text in texts.items()}
    ids = sorted(flat, key=lambda id_: (len(flat[id_]), id_))
    ordered = [flat[id_] for id_ in ids]
    result: list[Alike] = []
    for done, ones, others in _meeting(ordered, least / 100):
        ratios = process.cpdist(
            [ordered[n] for n in ones],
            [ordered[n] for n in others],
            scorer=fuzz.ratio,
            score_cutoff=least,
        )
        for n in np.flatnonzero(ratios):
            first, second = sorted((ids[ones[n]], ids[others[n]]))
            result.append(Alike(first, second, int(ratios[n])))
        if told is not None:
            told(done)
    return sorted(result, key=lambda pair: (-pair.percent, pair.one, pair.other))


def _meeting(ordered: Sequence[str], share: float) -> Iterator[tuple[int, Ints, Ints]]:
    """Block by block the pairs that may be alike; texts come by their length."""
    rows = sign_rows(ordered)
    lengths = np.array([len(text) for text in ordered], dtype=np.float32)
    for start in range(0, len(ordered), BLOCK):
        stop = min(start + BLOCK, len(ordered))
        longest = lengths[stop - 1] * (2 - share) / share
        end = int(np.searchsorted(lengths, longest + 0.5, side="right"))
        shared = rows[start:stop] @ rows[start:end].T
        needed = np.add.outer(lengths[start:stop], lengths[start:end]) * (share / 2)
        ones, others = np.nonzero(np.triu(shared >= needed - 0.01, 1))
        yield stop, ones + start, others + start


def sign_rows(texts: Sequence[str]) -> Floats:
    """A row for each text: how often which sign stands in it.

    The product of two rows is at least the number of signs both share: a sign counts
    once for each time it stands there, and rare ones may share a column.
    """
    counted = [Counter(text) for text in texts]
    often = Counter(
        (sign, time)
        for counts in counted
        for sign, times in counts.items()
        for time in range(times)
    )
    columns = {
        found: rank if rank < COLUMNS else COLUMNS + rank % SHARED_COLUMNS
        for rank, (found, _times) in enumerate(often.most_common())
    }
    rows = np.zeros((len(texts), COLUMNS + SHARED_COLUMNS), dtype=np.float32)
    for row, counts in zip(rows, counted, strict=True):
        for sign, times in counts.items():
            for time in range(times):
                row[columns[sign, time]] += 1
    return rows
