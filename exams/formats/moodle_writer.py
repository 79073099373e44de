"""Items as Moodle XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from exams.data import ItemDraft
from exams.formats.base import QuestionRefused
from exams.formats.html import DATA_SOURCE, map_images
from exams.formats.meta import to_tags
from exams.formats.moodle import PLUGIN_FILE
from exams.formats.scores import percent_text, share_of
from exams.question_types.text import BLANK_MARK

TYPES = {
    "single_choice": "multichoice",
    "multiple_choice": "multichoice",
    "true_false": "truefalse",
    "fill_in": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "short_answer": "essay",
    "case_analysis": "essay",
}


def write_moodle(drafts: Sequence[ItemDraft]) -> bytes:
    """A quiz file; what XML cannot hold is refused."""
    root = etree.Element("quiz")
    for draft in drafts:
        try:
            _question(root, draft)
        except ValueError as error:
            if isinstance(error, QuestionRefused):
                raise
            message = "A text holds a sign that XML cannot hold."
            raise QuestionRefused("text_broken", message) from error
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _question(root: Any, draft: ItemDraft) -> None:
    has_gaps = draft.type == "fill_in" and BLANK_MARK in draft.stem
    kind = "cloze" if has_gaps or len(draft.blanks) > 1 else TYPES[draft.type]
    node = etree.SubElement(root, "question", type=kind)
    _rich(node, "name", draft.key, "")
    stem = _with_gaps(draft) if kind == "cloze" else draft.stem
    form = "html" if draft.markup == "html" else "plain_text"
    _rich(node, "questiontext", stem, form)
    _rich(node, "generalfeedback", draft.rationale, "plain_text")
    _leaf(node, "defaultgrade", "1")
    _leaf(node, "idnumber", draft.key)
    if kind != "cloze":
        _answers(node, draft, form)
    tags = etree.SubElement(node, "tags")
    for tag in to_tags(draft):
        _rich(tags, "tag", tag, "")


def _leaf(node: Any, name: str, text: str) -> None:
    etree.SubElement(node, name).text = text


def _rich(node: Any, name: str, text: str, form: str, **more: str) -> Any:
    child = etree.SubElement(node, name, **more)
    if form:
        child.set("format", form)
    files: list[tuple[str, str]] = []

    def out(value: str) -> str:
        held = DATA_SOURCE.fullmatch(value)
        if held is None:
            return value
        kind = held[1].partition("/")[2]
        files.append((f"{len(files) + 1}.{kind}", held[2]))
        return f"{PLUGIN_FILE}{files[-1][0]}"

    _leaf(child, "text", map_images(text, out) if form == "html" else text)
    for file_name, data in files:
        file = etree.SubElement(child, "file", name=file_name, path="/")
        file.set("encoding", "base64")
        file.text = data
    return child


def _with_gaps(draft: ItemDraft) -> str:
    if draft.stem.count(BLANK_MARK) != len(draft.blanks) or "{" in draft.stem:
        message = "The blanks do not stand in the stem."
        raise QuestionRefused("not_in_dialect", message)
    gaps = iter(draft.blanks)

    def gap(_found: re.Match[str]) -> str:
        texts = (re.sub(r"([\\~=#}{/])", r"\\\1", text) for text in next(gaps))
        return f"{{1:SHORTANSWER:{'~'.join(f'={text}' for text in texts)}}}"

    return re.sub(BLANK_MARK, gap, draft.stem)


def _answers(node: Any, draft: ItemDraft, form: str) -> None:
    for option in draft.options:
        share = percent_text(share_of(option, draft.options))
        answer = _rich(node, "answer", option.text, form, fraction=share)
        _rich(answer, "feedback", option.feedback, "plain_text")
    if draft.options:
        _leaf(node, "single", str(draft.type == "single_choice").lower())
    if draft.truth is not None:
        for word in (True, False):
            share = "100" if word is draft.truth else "0"
            _rich(node, "answer", str(word).lower(), "", fraction=share)
    for text in draft.blanks[0] if draft.blanks else ():
        _rich(node, "answer", text, "", fraction="100")
    if draft.numeric:
        number = _rich(node, "answer", str(draft.numeric.value), "", fraction="100")
        _leaf(number, "tolerance", str(draft.numeric.tolerance))
        if draft.numeric.unit:
            unit = etree.SubElement(etree.SubElement(node, "units"), "unit")
            _leaf(unit, "multiplier", "1")
            _leaf(unit, "unit_name", draft.numeric.unit)
    for place, text in enumerate(draft.ordering, start=1):
        _rich(node, "answer", text, form, fraction=str(place))
    if draft.matching:
        _pairs(node, draft, form)
    if draft.rubric:
        lines = (f"{line.criterion} | {line.points}" for line in draft.rubric)
        _rich(node, "graderinfo", "\n".join(lines), "plain_text")


def _pairs(node: Any, draft: ItemDraft, form: str) -> None:
    matching = draft.matching
    if matching is None:
        return
    used = {right for _, right in matching.pairs}
    pairs = [(matching.left[a], matching.right[b]) for a, b in matching.pairs]
    pairs += [("", text) for n, text in enumerate(matching.right) if n not in used]
    for one, other in pairs:
        entry = _rich(node, "subquestion", one, form)
        _rich(entry, "answer", other, "")
