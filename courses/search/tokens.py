"""Words by jieba with a legal word list, plus n-grams, written in plain ASCII.

The tokenisers of SQLite and PostgreSQL take a run of Chinese for one word, and not
the same one on every locale. An encoded token is a word to both, always.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import jieba

from courses.citations import CitationContext, cn_to_int, int_to_cn, parse_citations
from courses.citations.numerals import LARGEST, NUMERAL_CHARACTERS

TERMS_FILE = Path(__file__).with_name("legal_terms.txt")
SYNONYMS_FILE = Path(__file__).with_name("synonyms.txt")
_RUN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+|\d+(?:\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
LONGEST_WORD = 12
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)}
_DIGITS = re.compile(r"\d+")
_NUMERAL = re.compile(
    rf"[{NUMERAL_CHARACTERS}]+(?=个|日|天|年|月|小时|元|万|人|倍|次|级|分)"
)


@lru_cache(maxsize=1)
def legal_terms() -> tuple[str, ...]:
    """The checked-in word list, longest first."""
    lines = TERMS_FILE.read_text("utf-8").splitlines()
    terms = {line.strip() for line in lines if line.strip() and line[0] != "#"}
    return tuple(sorted(terms, key=lambda term: (-len(term), term)))


@lru_cache(maxsize=1)
def _cutter() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    cutter.initialize()
    for term in legal_terms():
        cutter.add_word(term, freq=20000)
    return cutter


@lru_cache(maxsize=1)
def synonyms() -> dict[str, str]:
    """What people say, in the words of the law."""
    lines = SYNONYMS_FILE.read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    return {said.strip(): written.strip() for said, written in pairs}


def split_compound(word: str) -> list[str]:
    """A long term as the shorter known terms it is made of, if it is made of such.

    应急预案备案 stands in no statute as one word; 应急预案 and 备案 do.
    """
    known = set(legal_terms())
    best: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            part = word[start:end]
            before = best[start]
            if before is None or part == word or part not in known:
                continue
            found = [*before, part]
            current = best[end]
            if current is None or len(found) < len(current):
                best[end] = found
    return best[-1] or [word]


def split_words(text: str) -> list[str]:
    """The text in words, nothing left out; for comparing and for highlighting."""
    return list(_cutter().cut(text, HMM=False))


def fold(text: str) -> str:
    """Full-width digits and letters as plain ones; the length stays the same."""
    return text.translate(_WIDE)


def other_numerals(text: str) -> str:
    """The same with 24 as 二十四, or else 三万 as 3万."""

    def spell(match: re.Match[str]) -> str:
        number = int(match.group())
        return int_to_cn(number) if 0 < number <= LARGEST else match.group()

    def count(match: re.Match[str]) -> str:
        try:
            return str(cn_to_int(match.group()))
        except ValueError:
            return match.group()

    if _DIGITS.search(text):
        return _DIGITS.sub(spell, text)
    return _NUMERAL.sub(count, text)


def index_tokens(*texts: str) -> str:
    """All tokens of the texts, each once, encoded and parted by blanks."""
    found: dict[str, None] = {}
    for text in texts:
        for token in _tokens(fold(text)):
            found[token] = None
    return " ".join(encode(token) for token in found)


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if not _HAN.fullmatch(run):
            yield run.lower()
            continue
        yield from bigrams(run)
        for word in _cutter().cut_for_search(run, HMM=False):
            if 2 < len(word) <= LONGEST_WORD:
                yield word


def bigrams(run: str) -> Iterator[str]:
    """Every two neighbouring characters; a single character stands for itself."""
    if len(run) == 1:
        yield run
    for position in range(len(run) - 1):
        yield run[position : position + 2]


def query_bigrams(words: Iterable[str]) -> list[str]:
    """Tokens that every text holding these words must hold."""
    found: dict[str, None] = {}
    listed = list(words)
    telling = [word for word in listed if len(word) > 1 or not _HAN.fullmatch(word)]
    for word in telling or listed:
        for run in _RUN.findall(word):
            for token in bigrams(run) if _HAN.fullmatch(run) else (run.lower(),):
                found[token] = None
    return list(found)


def encode(token: str) -> str:
    """The token in letters and digits only, the same for every tokeniser."""
    if token.isascii():
        return f"w{token.replace('.', 'p')}"
    return "x" + "".join(f"{ord(character):04x}" for character in token)


def article_token(number: int, sub: int) -> str:
    """The token of an article's number, so that 97, 第97条 and 第九十七条 are one."""
    return f"article{number}s{sub}"


def cited_numbers(text: str, names: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    """Statute (or nothing), article and number after 之 that a query names."""
    places = parse_citations(text, CitationContext(names=names))
    return [(place.law, place.article, place.article_sub) for place in places]
