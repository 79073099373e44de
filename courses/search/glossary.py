"""The terms of the trade, each explained once in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

LAW_AS_OF = date(2026, 11, 23)
"""The day by whose law the meanings were written; moves when they are read again."""
GLOSSARY_FILE = Path(__file__).with_name("glossary.yaml")


@dataclass(frozen=True)
class Term:
    """One term: Chinese, English identifier, meaning, and where the law says it."""

    slug: str
    term: str
    english: str
    meaning: str
    citation: str = ""


@lru_cache(maxsize=1)
def glossary() -> tuple[Term, ...]:
    """All terms in the order of the file."""
    rows = yaml.safe_load(GLOSSARY_FILE.read_text("utf-8"))
    return tuple(Term(**row) for row in rows)
