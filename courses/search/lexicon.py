"""Pinyin initials and spelled-out pinyin to the terms they can mean."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin

from courses.search.tokens import legal_terms

MOST_READINGS = 12
MOST_TERMS_PER_PART = 4
LONGEST_PHRASE = 5


class Lexicon:
    """Terms with their readings; splits an input into readings of known terms."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.by_reading: dict[str, list[str]] = {}
        self.terms: list[str] = []
        for term in dict.fromkeys(terms):
            self.terms.append(term)
            for reading in readings(term):
                self.by_reading.setdefault(reading, []).append(term)

    def expand(self, letters: str) -> list[str]:
        """Chinese phrases the letters can stand for, fewest terms first."""
        letters = letters.lower()
        phrases: list[tuple[int, int, str]] = []
        for split in self._splits(letters):
            options = [self.by_reading[part][:MOST_TERMS_PER_PART] for part in split]
            for order, words in enumerate(product(*options)):
                phrases.append((len(split), order, " ".join(words)))
                if order > MOST_READINGS:
                    break
        phrases.sort(key=lambda phrase: phrase[:2])
        return list(dict.fromkeys(phrase for _, _, phrase in phrases))[:MOST_READINGS]

    def _splits(self, letters: str) -> list[tuple[str, ...]]:
        """Every way to cut the letters into known readings, fewest parts first."""
        found: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
        found[0] = [()]
        for end in range(1, len(letters) + 1):
            for start in range(end):
                part = letters[start:end]
                if part in self.by_reading:
                    found[end] += [
                        (*split, part)
                        for split in found[start]
                        if len(split) < LONGEST_PHRASE
                    ]
            found[end] = sorted(found[end], key=len)[:MOST_READINGS]
        return found[-1]

    def starting_with(self, typed: str, most: int) -> list[str]:
        """Terms that begin with the typed characters or with these initials."""
        typed = typed.lower()
        direct = [term for term in self.terms if term.startswith(typed)]
        inside = [t for t in self.terms if typed in t and not t.startswith(typed)]
        spelled = (
            [
                term
                for reading, terms in self.by_reading.items()
                if reading.startswith(typed)
                for term in terms
            ]
            if typed.isascii()
            else []
        )
        expanded = self.expand(typed) if typed.isascii() else []
        found = dict.fromkeys([*direct, *expanded, *spelled, *inside])
        return list(found)[:most]


def readings(term: str) -> set[str]:
    """Initials and whole pinyin of a term."""
    syllables = [s.lower() for s in lazy_pinyin(term) if s.isascii() and s.isalpha()]
    initials = "".join(
        s for s in lazy_pinyin(term, style=Style.FIRST_LETTER) if s.isascii()
    ).lower()
    return {initials, "".join(syllables)} - {""}


@lru_cache(maxsize=8)
def legal_lexicon(titles: tuple[str, ...] = ()) -> Lexicon:
    """The word list with the titles the library holds, titles first."""
    return Lexicon((*titles, *legal_terms()))
