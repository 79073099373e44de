"""Fill-in, number, and the types that people mark."""

from __future__ import annotations

import random
import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from exams.data import ItemDraft, Problem
from exams.enums import ScoringRule
from exams.question_types.base import ONE, ZERO, BadAnswer, normalised, problem

LONGEST_BLANK = 200
LONGEST_TEXT = 20_000
BLANK_MARK = "____"


class FillIn:
    """Blanks in a stem, each with its accepted alternatives."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """Every blank has an alternative; the stem has as many gaps as the key."""
        found: list[Problem] = []
        if not draft.blanks:
            found.append(problem("key_missing", "No blank has an answer."))
        for place, alternatives in enumerate(draft.blanks, start=1):
            if not alternatives or not all(normalised(text) for text in alternatives):
                found.append(
                    problem("blank_empty", "A blank has no usable answer.", str(place))
                )
        gaps = draft.stem.count(BLANK_MARK)
        if gaps and gaps != len(draft.blanks):
            found.append(problem("gaps_differ", "Stem and key differ in blanks."))
        return found

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """Alternatives per blank."""
        return {"blanks": [list(alternatives) for alternatives in draft.blanks]}

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """How many blanks, and what goes into them."""
        return {"blanks": len(content["blanks"])}, {"blanks": content["blanks"]}

    def clean(self, answer: Any, shown: dict[str, Any]) -> list[str] | None:
        """One text per blank; None when all are empty."""
        if answer is None:
            return None
        if not isinstance(answer, list) or len(answer) != shown["blanks"]:
            raise BadAnswer("one text per blank expected")
        if not all(isinstance(text, str) for text in answer):
            raise BadAnswer("texts expected")
        if any(len(text) > LONGEST_BLANK for text in answer):
            raise BadAnswer("too long")
        return list(answer) if any(text.strip() for text in answer) else None

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """Share of right blanks; all or nothing where the exam says so."""
        if not answer:
            return ZERO
        right = sum(
            normalised(text) in {normalised(option) for option in options}
            for text, options in zip(answer, key["blanks"], strict=True)
        )
        if right == len(key["blanks"]):
            return ONE
        if rule == ScoringRule.ALL_OR_NOTHING:
            return ZERO
        return Fraction(right, len(key["blanks"]))


def parse_number(text: str, unit: str = "") -> Decimal | None:
    """A number as people type it: full-width digits, separators, the unit behind."""
    folded = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    folded = folded.removesuffix(unicodedata.normalize("NFKC", unit).replace(" ", ""))
    try:
        number = Decimal(folded)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


class Numeric:
    """One number within a tolerance."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """A value and a tolerance that is not negative."""
        if draft.numeric is None:
            return [problem("key_missing", "The right number is missing.")]
        if draft.numeric.tolerance < 0 or not draft.numeric.value.is_finite():
            return [problem("number_bad", "Value or tolerance cannot be used.")]
        return []

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """Value, tolerance, unit; numbers as text so that nothing is rounded."""
        numeric = draft.numeric
        if numeric is None:
            return {}
        return {
            "value": str(numeric.value),
            "tolerance": str(numeric.tolerance),
            "unit": numeric.unit,
        }

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The unit is shown, the number is not."""
        return {"unit": content["unit"]}, dict(content)

    def clean(self, answer: Any, shown: dict[str, Any]) -> str | None:
        """What was typed; None when empty."""
        if answer is None:
            return None
        if not isinstance(answer, str) or len(answer) > LONGEST_BLANK:
            raise BadAnswer("a short text expected")
        return answer if answer.strip() else None

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """Right within the tolerance, both ends included."""
        if not answer:
            return ZERO
        number = parse_number(answer, key["unit"])
        if number is None:
            return ZERO
        off = abs(number - Decimal(key["value"]))
        return ONE if off <= Decimal(key["tolerance"]) else ZERO


class WrittenAnswer:
    """Short answer and case analysis: people mark them by a rubric."""

    def problems(self, draft: ItemDraft) -> list[Problem]:
        """A rubric with points."""
        if not draft.rubric:
            return [problem("rubric_missing", "A rubric is needed.")]
        if any(line.points <= 0 for line in draft.rubric):
            return [problem("rubric_points", "Every criterion needs points.")]
        return []

    def content(self, draft: ItemDraft) -> dict[str, Any]:
        """The rubric."""
        return {
            "rubric": [
                {"criterion": line.criterion, "points": str(line.points)}
                for line in draft.rubric
            ]
        }

    def seal(
        self, content: dict[str, Any], rng: random.Random
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Nothing of the rubric is shown."""
        return {}, {"rubric": content["rubric"]}

    def clean(self, answer: Any, shown: dict[str, Any]) -> str | None:
        """The text; None when empty."""
        if answer is None:
            return None
        if not isinstance(answer, str) or len(answer) > LONGEST_TEXT:
            raise BadAnswer("a text expected")
        return answer if answer.strip() else None

    def grade(self, answer: Any, key: dict[str, Any], rule: str) -> Fraction | None:
        """An empty answer earns nothing; everything else waits for people."""
        return None if answer else ZERO
