"""Chinese text to tokens that every database splits alike, and back to a ranking. Pure.

See docs/algorithms/law-search.md.
"""

from __future__ import annotations

from courses.search.lexicon import Lexicon, legal_lexicon
from courses.search.ranking import Candidate, Query, rank, read_query, snippet
from courses.search.tokens import encode, index_tokens, split_words

__all__ = [
    "Candidate",
    "Lexicon",
    "Query",
    "encode",
    "index_tokens",
    "legal_lexicon",
    "rank",
    "read_query",
    "snippet",
    "split_words",
]
