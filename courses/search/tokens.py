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

from courses.citations import CitationContext, parse_citations

TERMS_FILE = Path(__file__).with_name("legal_terms.txt")
_RUN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+|\d+(?:\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
LONGEST_WORD = 12


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


def split_words(text: str) -> list[str]:
    """The text in words, nothing left out; for comparing and for highlighting."""
    return list(_cutter().cut(text, HMM=False))


def index_tokens(*texts: str) -> str:
    """All tokens of the texts, each once, encoded and parted by blanks."""
    found: dict[str, None] = {}
    for text in texts:
        for token in _tokens(text):
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
    for word in words:
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
