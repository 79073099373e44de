"""Single choice, multiple choice, true or false."""

from __future__ import annotations

import random
from fractions import Fraction
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

MOST_OPTIONS = 12


class Choice:
    """Options of which one (single) or several (multiple) are right."""

    def __init__(self, *, single: bool) -> None:
        self.single = single

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """Too few or too many options, twins, empty texts, no or every key."""
        found: list[Problem] = []
        options = draft.options
        if not 2 <= len(options) <= MOST_OPTIONS:
            found.append(problem("options_count", "Two to twelve options are needed."))
        for place, option in enumerate(options):
            if not option.text.strip():
                found.append(
                    problem(
                        "option_empty", "An option has no text.", LETTERS[place % 26]
                    )
                )
        seen = [normalised(option.text) for option in options]
        if len(set(seen)) < len(seen):
            found.append(problem("options_equal", "Two options say the same."))
        right = sum(option.correct for option in options)
        if self.single and right != 1:
            found.append(problem("key_count", "Exactly one option must be right."))
        if not self.single and right < 1:
            found.append(problem("key_count", "At least one option must be right."))
        return found

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """Options with their key, in the author's order."""
        return {
            "options": [
                {
                    "text": option.text,
                    "correct": option.correct,
                    "feedback": option.feedback,
                    "fraction": None
                    if option.fraction is None
                    else str(option.fraction),
                }
                for option in draft.options
            ]
        }

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Options in the order of this form, and which letters are right."""
        options = content["options"]
        order = shuffled(len(options), rng)
        shown = lettered([options[index]["text"] for index in order])
        right = [
            LETTERS[place]
            for place, index in enumerate(order)
            if options[index]["correct"]
        ]
        return {"options": shown}, {"right": right, "of": len(options), "order": order}

    def clean(self, answer: Any, shown: dict[str, Any]) -> list[str] | None:
        """The chosen letters in order; None when nothing is chosen."""
        if answer is None or answer in ("", []):
            return None
        chosen = answer if isinstance(answer, list) else [answer]
        if not all(isinstance(letter, str) for letter in chosen):
            raise BadAnswer("letters expected")
        if not set(chosen) <= letters_of(shown["options"]):
            raise BadAnswer("no such option")
        if len(set(chosen)) != len(chosen) or (self.single and len(chosen) > 1):
            raise BadAnswer("too many options")
        return sorted(chosen)

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """Share of the points for the chosen letters under the exam's rule."""
        if not answer:
            return ZERO
        chosen, right = set(answer), set(key["right"])
        hits, wrong = len(chosen & right), len(chosen - right)
        wrongs = key["of"] - len(right)
        if chosen == right:
            return ONE
        if rule == ScoringRule.NEGATIVE:
            penalty = Fraction(wrong, wrongs) if wrongs else ZERO
            if self.single:
                penalty = Fraction(1, key["of"] - 1)
            return Fraction(hits, len(right)) - penalty
        if self.single or rule == ScoringRule.ALL_OR_NOTHING:
            return ZERO
        if rule == ScoringRule.ANY_WRONG_IS_ZERO:
            return ZERO if wrong else Fraction(hits, len(right))
        penalty = Fraction(wrong, wrongs) if wrongs else ZERO
        return max(ZERO, Fraction(hits, len(right)) - penalty)


class TrueFalse:
    """A statement to be judged."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """The key must be given."""
        if draft.truth is None:
            return [
                problem("key_missing", "It is not said whether the statement is true.")
            ]
        return []

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """The key."""
        return {"truth": draft.truth}

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Nothing to order."""
        return {}, {"truth": content["truth"]}

    def clean(self, answer: Any, shown: dict[str, Any]) -> bool | None:
        """True, False, or None when left open."""
        if answer in (None, "", []):
            return None
        words = {"true": True, "false": False}
        if isinstance(answer, str) and answer in words:
            return words[answer]
        if isinstance(answer, bool):
            return answer
        raise BadAnswer("true or false expected")

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """One or nothing; under negative marking a wrong judgement costs all."""
        if answer is None:
            return ZERO
        if answer is key["truth"]:
            return ONE
        return -ONE if rule == ScoringRule.NEGATIVE else ZERO
