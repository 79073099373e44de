"""The answer cell of a table: how each item type writes its key in one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from exams.data import (
    CriterionDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
)
from exams.formats.base import QuestionRefused
from exams.question_types.base import LETTERS
from exams.question_types.text import BLANK_MARK

TRUE_WORDS = {"正确", "对", "是", "√", "✓", "✔", "t", "true", "y", "yes", "1", "right"}
FALSE_WORDS = {"错误", "错", "否", "不对", "×", "✗", "✘", "x", "f", "false", "n", "no", "0", "wrong"}  # fmt: skip
GAP = re.compile(r"_{2,}|（[\s　_]*）|\([\s　_]*\)|【[\s　_]*】|\[\s*\]")
POINTS = re.compile(r"^(.*?)\s*(?:\||｜|[（(])\s*(\d+(?:\.\d+)?)\s*分?\s*[)）]?\s*$")  # noqa: RUF001
LONGEST_LINE = 2000
NUMBER = re.compile(r"^\s*([+-]?[\d.,eE+-]+)\s*(?:±\s*([\d.eE+-]+))?\s*(.*)$", re.DOTALL)  # fmt: skip


def write_answer(draft: ItemDraft) -> str:
    """The key of a draft as one cell."""
    if draft.options:
        right = zip(LETTERS, draft.options, strict=False)
        return "".join(letter for letter, option in right if option.correct)
    if draft.truth is not None:
        return "正确" if draft.truth else "错误"
    if draft.blanks:
        lines = ("|".join(map(_escaped, blank)) for blank in draft.blanks)
        return "\n".join(lines)
    if draft.numeric:
        return f"{draft.numeric.value}±{draft.numeric.tolerance} {draft.numeric.unit}"
    if draft.ordering:
        return LETTERS[: len(draft.ordering)]
    if draft.matching:
        matching = draft.matching
        used = {right for _, right in matching.pairs}
        lines = (
            f"{matching.left[a]} => {matching.right[b]}" for a, b in matching.pairs
        )
        others = (f"=> {t}" for n, t in enumerate(matching.right) if n not in used)
        return "\n".join((*lines, *others))
    return "\n".join(f"{line.criterion} | {line.points}" for line in draft.rubric)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def read_answer(
    draft: ItemDraft, options: Sequence[OptionDraft], answer: str, points: str
) -> ItemDraft:
    """The draft with its key, as its type writes it."""
    text = answer.strip()
    match draft.type:
        case "single_choice" | "multiple_choice":
            return replace(draft, options=_choices(options, text))
        case "true_false":
            return replace(draft, truth=_truth(options, text))
        case "fill_in":
            return _fill_in(draft, text)
        case "numeric":
            return replace(draft, numeric=_number(text))
        case "ordering":
            return replace(draft, ordering=_ordered(options, text))
        case "matching":
            return replace(draft, matching=read_pairs(text))
    return replace(draft, rubric=read_rubric(text, points))


def _letters(text: str, count: int) -> list[int]:
    letters = [c for c in text.upper() if c not in " ,，;；、/|.。\n\t"]
    known = LETTERS[:count]
    if not letters:
        raise QuestionRefused("answer_missing", "The question has no answer.")
    if any(letter not in known for letter in letters):
        message = "The answer does not name options by their letters."
        raise QuestionRefused("answer_letters", message, text[:40])
    return [known.index(letter) for letter in letters]


def _choices(options: Sequence[OptionDraft], text: str) -> tuple[OptionDraft, ...]:
    same = [option.text == text for option in options]
    chosen = [same.index(True)] if any(same) else _letters(text, len(options))
    return tuple(
        replace(option, correct=place in chosen) for place, option in enumerate(options)
    )


def _truth(options: Sequence[OptionDraft], text: str) -> bool:
    if options and text.upper() in LETTERS[: len(options)] and text:
        text = options[LETTERS.index(text.upper())].text
    if text.casefold() in TRUE_WORDS or (text == "A" and not options):
        return True
    if text.casefold() in FALSE_WORDS or (text == "B" and not options):
        return False
    message = "The answer says neither right nor wrong."
    raise QuestionRefused("answer_truth", message, text[:40])


def _fill_in(draft: ItemDraft, text: str) -> ItemDraft:
    stem = draft.stem if BLANK_MARK in draft.stem else GAP.sub(BLANK_MARK, draft.stem)
    lines = [line for line in text.split("\n") if line.strip()]
    gaps = stem.count(BLANK_MARK)
    if len(lines) == 1 and gaps > 1:
        lines = [part for part in re.split(r"[;；]|\|\|", text) if part.strip()]
        if len(lines) != gaps:
            lines = [part for part in re.split(r"[,，、\s]+", text) if part.strip()]
    blanks = tuple(
        tuple(
            part.strip().replace("\\|", "|").replace("\\\\", "\\")
            for part in re.split(r"(?<!\\)\|", line)
        )
        for line in lines
    )
    return replace(draft, stem=stem, blanks=blanks)


def _number(text: str) -> NumericDraft:
    found = NUMBER.match(text)
    try:
        if found is None:
            raise InvalidOperation
        return NumericDraft(
            Decimal(found[1].replace(",", "")), Decimal(found[2] or 0), found[3].strip()
        )
    except InvalidOperation as error:
        message = "The answer is no number."
        raise QuestionRefused("answer_number", message, text[:40]) from error


def _ordered(options: Sequence[OptionDraft], text: str) -> tuple[str, ...]:
    places = _letters(text, len(options))
    if sorted(places) != list(range(len(options))):
        message = "The answer must name every step once."
        raise QuestionRefused("answer_order", message, text[:40])
    return tuple(options[place].text for place in places)


def read_pairs(text: str) -> MatchingDraft:
    """Lines ``left => right``; a line without left adds a distractor."""
    left: list[str] = []
    right: list[str] = []
    pairs: list[tuple[int, int]] = []
    for line in filter(str.strip, text.split("\n")):
        one, arrow, other = re.sub("→|＝>|->", "=>", line).partition("=>")
        if not arrow:
            message = "A pair is written: left => right."
            raise QuestionRefused("answer_pairs", message, line[:40])
        if other.strip() not in right:
            right.append(other.strip())
        if one.strip():
            pairs.append((len(left), right.index(other.strip())))
            left.append(one.strip())
    return MatchingDraft(tuple(left), tuple(right), tuple(pairs))


def match_points(line: str) -> re.Match[str] | None:
    """A criterion with its points; a very long line is no criterion."""
    return POINTS.match(line) if len(line) <= LONGEST_LINE else None


def read_rubric(text: str, points: str) -> tuple[CriterionDraft, ...]:
    """Lines with points; a reference answer without any is one criterion."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = [match_points(line) for line in lines]
    if lines and all(found):
        return tuple(CriterionDraft(m[1], Decimal(m[2])) for m in found if m)
    try:
        whole = Decimal(points.strip().removesuffix("分") or 1)
    except InvalidOperation as error:
        message = "The points are no number."
        raise QuestionRefused("points_bad", message, points[:40]) from error
    return (CriterionDraft(text, whole),) if text else ()
