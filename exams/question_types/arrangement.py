"""Matching and ordering."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

from exams.data import ItemDraft, Problem
from exams.enums import ScoringRule
from exams.question_types.base import (
    LETTERS,
    ONE,
    ZERO,
    BadAnswer,
    lettered,
    letters_of,
    normalised,
    problem,
    shuffled,
)

MOST_STEPS = 12


class Matching:
    """For every entry on the left, one entry on the right."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """Every left entry has exactly one right entry that exists."""
        matching = draft.matching
        if matching is None:
            return [problem("key_missing", "The two columns are missing.")]
        found: list[Problem] = []
        if len(matching.left) < 2 or not 2 <= len(matching.right) <= len(LETTERS):
            found.append(problem("columns_short", "Each column needs two entries."))
        lefts = sorted(left for left, _ in matching.pairs)
        if lefts != list(range(len(matching.left))):
            found.append(problem("pairs_bad", "Every left entry needs one pair."))
        if any(not 0 <= right < len(matching.right) for _, right in matching.pairs):
            found.append(problem("pairs_bad", "A pair names no right entry."))
        found += [
            problem("entries_equal", "Two entries say the same.")
            for column in (matching.left, matching.right)
            if len({normalised(text) for text in column}) < len(column)
        ]
        return found

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """Both columns and the pairs."""
        matching = draft.matching
        if matching is None:
            return {}
        return {
            "left": list(matching.left),
            "right": list(matching.right),
            "pairs": [list(pair) for pair in matching.pairs],
        }

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The right column in the order of this form."""
        order = shuffled(len(content["right"]), rng)
        letter = {index: LETTERS[place] for place, index in enumerate(order)}
        shown = {
            "rows": content["left"],
            "choices": lettered([content["right"][index] for index in order]),
        }
        right = {str(left): letter[index] for left, index in content["pairs"]}
        return shown, {"right": right, "order": order}

    def clean(self, answer: Any, shown: dict[str, Any]) -> dict[str, str] | None:
        """Left place to right letter; None when nothing is matched."""
        if not answer:
            return None
        if not isinstance(answer, dict):
            raise BadAnswer("pairs expected")
        lefts = {str(place) for place in range(len(shown["rows"]))}
        chosen = {str(left): right for left, right in answer.items() if right}
        if not set(chosen) <= lefts:
            raise BadAnswer("no such left entry")
        rights = letters_of(shown["choices"])
        if not all(isinstance(r, str) and r in rights for r in chosen.values()):
            raise BadAnswer("no such right entry")
        return dict(sorted(chosen.items())) or None

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """Share of right pairs."""
        if not answer:
            return ZERO
        right = key["right"]
        hits = sum(right.get(left) == chosen for left, chosen in answer.items())
        if hits == len(right):
            return ONE
        if rule == ScoringRule.ALL_OR_NOTHING:
            return ZERO
        if rule == ScoringRule.ANY_WRONG_IS_ZERO and hits < len(answer):
            return ZERO
        return Fraction(hits, len(right))


class Ordering:
    """Texts to be brought into the right order."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """At least three texts, all different."""
        texts = draft.ordering
        found: list[Problem] = []
        if not 3 <= len(texts) <= MOST_STEPS:
            found.append(problem("steps_count", "Three to twelve steps are needed."))
        if len({normalised(text) for text in texts}) < len(texts):
            found.append(problem("entries_equal", "Two steps say the same."))
        return found

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """The texts in the right order."""
        return {"texts": list(draft.ordering)}

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The texts in an order that is not the right one."""
        texts = content["texts"]
        order = shuffled(len(texts), rng)
        while order == sorted(order):
            order = shuffled(len(texts), rng)
        letter = {index: LETTERS[place] for place, index in enumerate(order)}
        right = [letter[index] for index in range(len(texts))]
        return (
            {"texts": lettered([texts[index] for index in order])},
            {"right": right, "order": order},
        )

    def clean(self, answer: Any, shown: dict[str, Any]) -> list[str] | None:
        """All letters in the chosen order, or as many as are placed."""
        if not answer:
            return None
        if not isinstance(answer, list) or not all(isinstance(a, str) for a in answer):
            raise BadAnswer("letters expected")
        if len(set(answer)) != len(answer) or not set(answer) <= letters_of(
            shown["texts"]
        ):
            raise BadAnswer("no such step")
        return list(answer)

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """Share of neighbouring steps that stand one behind the other as they should."""
        if not answer:
            return ZERO
        right = key["right"]
        if answer == right:
            return ONE
        if rule in (ScoringRule.ALL_OR_NOTHING, ScoringRule.ANY_WRONG_IS_ZERO):
            return ZERO
        wanted = set(pairwise(right))
        hits = sum(pair in wanted for pair in pairwise(answer))
        return Fraction(hits, len(wanted))
