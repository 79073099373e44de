"""Citations of Chinese law: written forms in, canonical keys and words out. Pure."""

from __future__ import annotations

from courses.citations.abbreviations import canonical_law, law_title
from courses.citations.data import Citation, CitationContext, parse_key
from courses.citations.numerals import cn_to_int, int_to_cn
from courses.citations.parser import parse_citations

__all__ = [
    "Citation",
    "CitationContext",
    "canonical_law",
    "cn_to_int",
    "int_to_cn",
    "law_title",
    "parse_citations",
    "parse_key",
]
