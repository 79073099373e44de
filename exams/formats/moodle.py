"""Moodle XML, question by question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from exams.data import CriterionDraft, ItemDraft, MatchingDraft, NumericDraft
from exams.formats.answers import match_points, read_rubric
from exams.formats.base import (
    Defaults,
    FileRefused,
    Place,
    QuestionRefused,
    Reading,
    Source,
    read_questions,
)
from exams.formats.files import parse_xml
from exams.formats.html import map_images, plain_text
from exams.formats.meta import from_tags, with_category
from exams.formats.scores import from_shares, percent
from exams.question_types.text import BLANK_MARK

PLUGIN_FILE = "@@PLUGINFILE@@/"
CLOZE = re.compile(r"(?<!\\)\{\d*:([A-Z_]+):((?:\\.|[^}\\])*)\}")
SHORT_ANSWERS = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
UNKNOWN = "Questions of this type have no place here."


def read_moodle(data: bytes, defaults: Defaults) -> Reading:
    """A quiz file with its categories."""
    root = parse_xml(data)
    if root.tag != "quiz":
        raise FileRefused("moodle_root", "The root of a Moodle file is quiz.")
    return read_questions("moodle", _sources(root), defaults)


def _sources(root: Any) -> Iterator[Source]:
    category = ""
    number = 0
    for question in root.iterchildren("question"):
        if question.get("type") == "category":
            category = _text(question, "category/text")
            continue
        number += 1
        name = _text(question, "name/text")[:80]
        place = Place("question", number, name)
        yield place, partial(_draft, question, category)


def _text(node: Any, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _draft(question: Any, category: str) -> ItemDraft:
    kind = question.get("type") or ""
    reader = READERS.get(kind)
    if reader is None:
        raise QuestionRefused("type_unknown", UNKNOWN, kind[:40])
    draft = ItemDraft(
        key=_text(question, "idnumber"),
        type=kind,
        stem=_rich(question.find("questiontext")),
        markup=_markup(question),
        rationale=_prose(question.find("generalfeedback")),
    )
    draft = reader(draft, question)
    tags = [_text(tag, "text") for tag in question.iterfind("tags/tag")]
    return with_category(from_tags(draft, tags), category)


def _markup(question: Any) -> str:
    node = question.find("questiontext")
    form = "html" if node is None else node.get("format", "html")
    if form in ("plain_text", "markdown", "moodle_auto_format") and not any(
        True for _ in question.iter("file")
    ):
        return "plain" if form != "moodle_auto_format" else "auto"
    return "auto"


def _rich(node: Any) -> str:
    """A text with the pictures that lie beside it."""
    if node is None:
        return ""
    files = {file.get("name") or "": file for file in node.iterfind("file")}

    def source(value: str) -> str:
        file = files.get(value.removeprefix(PLUGIN_FILE))
        if not value.startswith(PLUGIN_FILE) or file is None:
            return value
        data = re.sub(r"\s+", "", file.text or "")
        name = (file.get("name") or "").lower()
        kind = "jpeg" if name.endswith(("jpg", "jpeg")) else name.rpartition(".")[2]
        return f"data:image/{kind};base64,{data}"

    return map_images(_text(node, "text"), source)


def _prose(node: Any) -> str:
    """A feedback in plain text."""
    text = _rich(node)
    if node is None or node.get("format") == "plain_text":
        return text
    plain = plain_text(text)
    return re.sub(r"<[^>]*>", " ", text).strip() if plain is None else plain


def _options(draft: ItemDraft, question: Any) -> ItemDraft:
    single = _text(question, "single").lower() in ("true", "1")
    shares = [
        (_rich(a), percent(a.get("fraction") or "0"), _prose(a.find("feedback")))
        for a in question.iterfind("answer")
    ]
    kind = "single_choice" if single else "multiple_choice"
    return replace(draft, type=kind, options=from_shares(shares, single=single))


def _truth(draft: ItemDraft, question: Any) -> ItemDraft:
    for answer in question.iterfind("answer"):
        word = _text(answer, "text").lower()
        if percent(answer.get("fraction") or "0") == 1 and word in ("true", "false"):
            return replace(draft, type="true_false", truth=word == "true")
    message = "The question does not say which answer is right."
    raise QuestionRefused("key_missing", message)


def _short(draft: ItemDraft, question: Any) -> ItemDraft:
    answers = list(question.iterfind("answer"))
    if any(percent(a.get("fraction") or "0") not in (0, 1) for a in answers):
        message = "An accepted answer with part of the points has no place here."
        raise QuestionRefused("partial_alternative", message)
    texts = tuple(
        _text(a, "text") for a in answers if percent(a.get("fraction") or "0") == 1
    )
    if any("*" in text for text in texts):
        message = "An answer with a wildcard has no place here."
        raise QuestionRefused("wildcard", message)
    return replace(draft, type="fill_in", blanks=(texts,))


def _number(draft: ItemDraft, question: Any) -> ItemDraft:
    answers = [a for a in question.iterfind("answer") if _text(a, "text") != "*"]
    if len(answers) != 1 or percent(answers[0].get("fraction") or "0") != 1:
        message = "Several numbers with shares of the points have no place here."
        raise QuestionRefused("several_numbers", message)
    unit = _text(question, "units/unit/unit_name")
    try:
        value = Decimal(_text(answers[0], "text"))
        tolerance = Decimal(_text(answers[0], "tolerance") or 0)
    except InvalidOperation as error:
        message = "The answer is no number."
        raise QuestionRefused("answer_number", message) from error
    return replace(draft, type="numeric", numeric=NumericDraft(value, tolerance, unit))


def _matching(draft: ItemDraft, question: Any) -> ItemDraft:
    left: list[str] = []
    right: list[str] = []
    pairs: list[tuple[int, int]] = []
    for entry in question.iterfind("subquestion"):
        one, other = _rich(entry), _text(entry, "answer/text")
        if other not in right:
            right.append(other)
        if one:
            pairs.append((len(left), right.index(other)))
            left.append(one)
    matching = MatchingDraft(tuple(left), tuple(right), tuple(pairs))
    return replace(draft, type="matching", matching=matching)


def _ordering(draft: ItemDraft, question: Any) -> ItemDraft:
    answers = list(question.iterfind("answer"))
    try:
        answers.sort(key=lambda answer: Decimal(answer.get("fraction") or "0"))
    except InvalidOperation as error:
        message = "The place of a step is no number."
        raise QuestionRefused("answer_order", message) from error
    return replace(draft, type="ordering", ordering=tuple(map(_rich, answers)))


def _essay(draft: ItemDraft, question: Any) -> ItemDraft:
    info = _prose(question.find("graderinfo"))
    lines = [line for line in info.split("\n") if line.strip()]
    if lines and all(match_points(line) for line in lines):
        rubric = read_rubric(info, "")
    else:
        points = Decimal(_grade(question))
        rubric = (CriterionDraft(info or "按参考答案评分", points),)
    return replace(draft, type="short_answer", rubric=rubric)


def _grade(question: Any) -> str:
    text = _text(question, "defaultgrade")
    try:
        return text if Decimal(text) > 0 else "1"
    except InvalidOperation:
        return "1"


def _cloze(draft: ItemDraft, _question: Any) -> ItemDraft:
    """A text with gaps, as long as every gap takes a short answer."""
    blanks: list[tuple[str, ...]] = []
    for kind, answers in CLOZE.findall(draft.stem):
        if kind not in SHORT_ANSWERS:
            raise QuestionRefused("type_unknown", UNKNOWN, f"cloze {kind}")
        texts = [part.partition("#")[0] for part in re.split(r"(?<!\\)~", answers)]
        right = [
            re.sub(r"^(?:=|%100%)", "", text)
            for text in texts
            if text.startswith(("=", "%100%"))
        ]
        if len(right) < len(texts):
            message = "A gap with wrong or partly right answers has no place here."
            raise QuestionRefused("partial_alternative", message)
        blanks.append(tuple(re.sub(r"\\(.)", r"\1", text) for text in right))
    stem = CLOZE.sub(BLANK_MARK, draft.stem)
    return replace(draft, type="fill_in", stem=stem, blanks=tuple(blanks))


READERS = {
    "multichoice": _options,
    "truefalse": _truth,
    "shortanswer": _short,
    "numerical": _number,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "cloze": _cloze,
    "multianswer": _cloze,
}
