"""Chinese text to tokens that every database splits alike, and back to a ranking. Pure.

See docs/algorithms/law-search.md.
"""

from __future__ import annotations

from courses.search.lexicon import Lexicon, legal_lexicon
from courses.search.ranking import (
    Candidate,
    Query,
    legal_reading,
    rank,
    read_query,
    snippet,
)
from courses.search.tokens import (
    encode,
    fold,
    index_tokens,
    other_numerals,
    split_words,
)

__all__ = [
    "Candidate",
    "Lexicon",
    "Query",
    "encode",
    "fold",
    "index_tokens",
    "legal_lexicon",
    "legal_reading",
    "other_numerals",
    "rank",
    "read_query",
    "snippet",
    "split_words",
]
