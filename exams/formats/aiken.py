"""Aiken: a stem, lettered options, ``ANSWER: B``; nothing else can be said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from exams.data import ItemDraft, OptionDraft
from exams.formats.base import (
    Defaults,
    Place,
    QuestionRefused,
    Reading,
    Source,
    read_questions,
)
from exams.formats.files import decode
from exams.question_types.base import LETTERS

OPTION = re.compile(r"^\s*([A-Za-z])\s*[.)．、）]\s*(.*)$")
ANSWER = re.compile(r"^\s*(?:ANSWER|答案)\s*[:：]\s*(.*)$", re.IGNORECASE)
Lines = list[tuple[int, str]]


def read_aiken(data: bytes, defaults: Defaults) -> Reading:
    """A text file of questions, each ended by its answer."""
    return read_questions("aiken", _sources(decode(data)), defaults)


def _sources(text: str) -> Iterator[Source]:
    block: Lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        block.append((number, line))
        if ANSWER.match(line):
            yield Place("line", block[0][0]), partial(_draft, block)
            block = []
    if block:
        yield Place("line", block[0][0]), partial(_draft, block)


def _draft(block: Lines) -> ItemDraft:
    answer = ANSWER.match(block[-1][1])
    if answer is None:
        message = "The question has no line ANSWER."
        raise QuestionRefused("answer_missing", message)
    stem: list[str] = []
    options: list[str] = []
    for number, line in block[:-1]:
        found = OPTION.match(line)
        if found and found[1].upper() == LETTERS[len(options) % 26]:
            options.append(found[2].strip())
        elif options:
            message = "A line among the options is no option."
            raise QuestionRefused("line_stray", message, f"line {number}")
        else:
            stem.append(line.strip())
    letter = answer[1].strip().upper()
    if len(letter) != 1 or letter not in LETTERS[: len(options)]:
        message = "The answer names no option."
        raise QuestionRefused("answer_letters", message, answer[1][:40])
    return ItemDraft(
        key="",
        type="single_choice",
        stem="\n".join(stem),
        options=tuple(
            OptionDraft(text, LETTERS[place] == letter)
            for place, text in enumerate(options)
        ),
    )


def write_aiken(drafts: Sequence[ItemDraft]) -> bytes:
    """Single choices in plain text; everything else is refused."""
    blocks = []
    for draft in drafts:
        if draft.type != "single_choice" or draft.markup != "plain":
            message = "Aiken holds single choices in plain text only."
            raise QuestionRefused("not_in_dialect", message)
        lines = [draft.stem]
        lines += [
            f"{letter}. {option.text}"
            for letter, option in zip(LETTERS, draft.options, strict=False)
        ]
        right = next(n for n, option in enumerate(draft.options) if option.correct)
        blocks.append("\n".join([*lines, f"ANSWER: {LETTERS[right]}"]))
    return ("\n\n".join(blocks) + "\n").encode()
