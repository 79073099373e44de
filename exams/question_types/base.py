"""What every item type can do, and the words they share."""

from __future__ import annotations

import random
import unicodedata
from fractions import Fraction
from typing import Any, Protocol

from exams.data import ItemDraft, Problem

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ZERO = Fraction(0)
ONE = Fraction(1)
CLOSING = "。.,，;；、:：\"'“”《》\u2018\u2019"


class BadAnswer(ValueError):
    """An answer this question cannot have produced."""


class QuestionType(Protocol):
    """One item type: from draft to sealed question to mark.

    ``grade`` gives the share of the points, at most 1 and below 0 only under
    negative marking; it returns None when a person has to mark.
    """

    def problems(self, draft: ItemDraft) -> list[Problem]: ...

    def content(self, draft: ItemDraft) -> dict[str, Any]: ...

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]: ...

    def clean(self, answer: Any, shown: dict[str, Any]) -> Any: ...

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None: ...


def shuffled(count: int, rng: random.Random) -> list[int]:
    """A random order of ``count`` things."""
    order = list(range(count))
    rng.shuffle(order)
    return order


def lettered(texts: list[str]) -> list[dict[str, str]]:
    """Texts with the letters under which a candidate sees them."""
    return [
        {"letter": letter, "text": text}
        for letter, text in zip(LETTERS, texts, strict=False)
    ]


def letters_of(shown: list[dict[str, str]]) -> set[str]:
    """The letters a candidate can name."""
    return {entry["letter"] for entry in shown}


def normalised(text: str) -> str:
    """A text as fill-in answers are compared.

    Full-width and half-width, case, spaces and closing punctuation do not decide;
    every word does.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).strip(CLOSING)


def problem(code: str, message: str, place: str = "") -> Problem:
    """Shorthand for the validators."""
    return Problem(code=code, message=message, place=place)
