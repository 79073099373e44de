"""GIFT: questions in text with answers in braces, separated by empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial

from exams.data import (
    CriterionDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
)
from exams.formats.base import (
    Defaults,
    Place,
    QuestionRefused,
    Reading,
    Source,
    read_questions,
)
from exams.formats.files import decode
from exams.formats.meta import from_tags, with_category
from exams.formats.scores import from_shares, percent
from exams.question_types.text import BLANK_MARK

ESCAPED = "~=#{}:\\"
HIDDEN = {sign: chr(0xF0000 + n) for n, sign in enumerate(ESCAPED)}
SHOWN = {hidden: sign for sign, hidden in HIDDEN.items()} | {chr(0xF0020): "\n"}
UNESCAPE = re.compile(r"\\([~=#{}:\\n])")
FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]\s*", re.IGNORECASE)
TITLE = re.compile(r"^\s*::(.*?)::", re.DOTALL)
NOTE = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
CHOICE = re.compile(r"(?<!\\)([=~])\s*(?:%(-?[\d.]+)%)?")
BROAD_TAG = re.compile(r"<[A-Za-z/!]")
TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read_gift(data: bytes, defaults: Defaults) -> Reading:
    """A GIFT file with its categories, ids and tags."""
    return read_questions("gift", _sources(decode(data)), defaults)


def _sources(text: str) -> Iterator[Source]:
    category = ""
    start, block = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            start = start if block else number
            block.append(line)
            continue
        body = [part for part in block if not part.lstrip().startswith("//")]
        while body and body[0].strip().upper().startswith("$CATEGORY:"):
            category = body.pop(0).split(":", 1)[1].strip()
        if any(part.strip() for part in body):
            notes = [part for part in block if part.lstrip().startswith("//")]
            yield Place("line", start), partial(_draft, notes, body, category)
        block = []


def hide(text: str) -> str:
    """Escaped signs as signs that mean nothing to the parser."""
    return UNESCAPE.sub(lambda m: chr(0xF0020) if m[1] == "n" else HIDDEN[m[1]], text)


def show(text: str) -> str:
    """The hidden signs again, and no space around."""
    return "".join(SHOWN.get(sign, sign) for sign in text.strip())


def _draft(notes: Sequence[str], body: Sequence[str], category: str) -> ItemDraft:
    text = hide("\n".join(body))
    title = TITLE.match(text)
    text = text[title.end() :] if title else text
    form = FORMAT.match(text)
    text = text[form.end() :] if form else text
    opening, closing = text.find("{"), text.rfind("}")
    if opening < 0 or closing < opening:
        message = "The question has no answers in braces."
        raise QuestionRefused("answer_missing", message)
    inside = text[opening + 1 : closing]
    if "{" in inside:
        message = "The question has braces within or after its answers."
        raise QuestionRefused("braces", message)
    tail = text[closing + 1 :].strip()
    stem = show(text[:opening])
    if tail:
        stem = f"{stem} {BLANK_MARK} {show(tail)}"
    answers, _, rationale = inside.partition("####")
    draft = ItemDraft(key="", type="", stem=stem, rationale=_prose(rationale))
    draft = _answered(draft, answers.strip(), has_gap=bool(tail))
    draft = replace(draft, markup=_markup(form[1] if form else "", text))
    values = [(n, v.replace("\\]", "]").replace("\\\\", "\\")) for n, v in NOTE.findall("\n".join(notes))]  # fmt: skip
    draft = from_tags(draft, [value for name, value in values if name == "tag"])
    key = next((value for name, value in values if name == "id"), "")
    return with_category(replace(draft, key=key), category)


def _markup(form: str, text: str) -> str:
    if form.lower() == "plain" or not BROAD_TAG.search(text):
        return "plain"
    return "auto"


def _prose(text: str) -> str:
    """A feedback without its format."""
    form = FORMAT.match(text)
    return show(text[form.end() :] if form else text)


def _answered(draft: ItemDraft, answers: str, *, has_gap: bool) -> ItemDraft:
    verdict, _, _ = answers.partition("#")
    if verdict.strip().upper() in TRUTH:
        return replace(draft, type="true_false", truth=TRUTH[verdict.strip().upper()])
    if answers.startswith("#"):
        return replace(draft, type="numeric", numeric=_numeric(answers[1:]))
    choices = _choices(answers)
    if not choices:
        return _written(draft, answers)
    if all("->" in text for _, _, text, _ in choices):
        return replace(draft, type="matching", matching=_matching(choices))
    if all(mark == "=" for mark, *_ in choices):
        return _short(draft, choices)
    single = any(mark == "=" for mark, *_ in choices)
    shares = [
        (text, _share(mark, weight), feedback)
        for mark, weight, text, feedback in choices
    ]
    kind = "single_choice" if single else "multiple_choice"
    return replace(draft, type=kind, options=from_shares(shares, single=single))


def _share(mark: str, weight: str) -> Decimal:
    if weight:
        return percent(weight)
    return Decimal(1) if mark == "=" else Decimal(0)


def _choices(answers: str) -> list[tuple[str, str, str, str]]:
    """Mark, weight, text and feedback of every answer."""
    found = list(CHOICE.finditer(answers))
    if not found or answers[: found[0].start()].strip():
        return []
    ends = [*(match.start() for match in found[1:]), len(answers)]
    choices = []
    for match, end in zip(found, ends, strict=True):
        text, _, feedback = answers[match.end() : end].partition("#")
        text = FORMAT.sub("", text)
        choices.append((match[1], match[2] or "", show(text), _prose(feedback)))
    return choices


def _short(draft: ItemDraft, choices: list[tuple[str, str, str, str]]) -> ItemDraft:
    if any(weight not in ("", "100") for _, weight, _, _ in choices):
        message = "An accepted answer with part of the points has no place here."
        raise QuestionRefused("partial_alternative", message)
    return replace(
        draft, type="fill_in", blanks=(tuple(text for _, _, text, _ in choices),)
    )


def _matching(choices: list[tuple[str, str, str, str]]) -> MatchingDraft:
    left: list[str] = []
    right: list[str] = []
    pairs: list[tuple[int, int]] = []
    for _, _, text, _ in choices:
        one, _, other = text.partition("->")
        if other.strip() not in right:
            right.append(other.strip())
        if one.strip():
            pairs.append((len(left), right.index(other.strip())))
            left.append(one.strip())
    return MatchingDraft(tuple(left), tuple(right), tuple(pairs))


def _numeric(text: str) -> NumericDraft:
    text = show(text.partition("#")[0]).strip()
    if text.startswith("="):
        answers = [part for part in re.split(r"=", text) if part.strip()]
        if len(answers) > 1 or "%" in text:
            message = "Several numbers with shares of the points have no place here."
            raise QuestionRefused("several_numbers", message, text[:40])
        text = answers[0].strip() if answers else ""
    try:
        if ".." in text:
            low, high = (Decimal(part.strip()) for part in text.split("..", 1))
            return NumericDraft((low + high) / 2, (high - low) / 2)
        value, _, tolerance = text.partition(":")
        return NumericDraft(Decimal(value.strip()), Decimal(tolerance.strip() or 0))
    except InvalidOperation as error:
        message = "The answer is no number."
        raise QuestionRefused("answer_number", message, text[:40]) from error


def _written(draft: ItemDraft, answers: str) -> ItemDraft:
    """An essay; our own rubric stands in its tags."""
    if answers:
        message = "The answers in braces cannot be read."
        raise QuestionRefused("answer_unreadable", message, show(answers)[:40])
    rubric = (CriterionDraft("按参考答案评分", Decimal(1)),)
    return replace(draft, type="short_answer", rubric=rubric)
