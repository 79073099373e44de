"""The visible part of a QTI item: its text as HTML, apart from its interactions."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from lxml import etree

from exams.formats.base import QuestionRefused
from exams.formats.html import DATA_SOURCE, TAGS
from exams.formats.qti_names import first_named, name_of
from exams.question_types.text import BLANK_MARK

PASSED = TAGS | {
    "a", "abbr", "acronym", "address", "big", "blockquote", "caption", "cite", "col",
    "colgroup", "dd", "del", "dfn", "dl", "dt", "em", "figcaption", "figure", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "ins", "kbd", "q", "samp", "section", "small",
    "tfoot", "tt", "var", "script", "style",
}  # fmt: skip
KEPT = {"alt", "width", "height", "colspan", "rowspan", "scope"}
LEFT_OUT = {"feedbackInline", "feedbackBlock", "rubricBlock", "stylesheet"}
GAP = "textEntryInteraction"


class Body:
    """The body of one item; ``picture`` turns a source into a held picture."""

    def __init__(self, root: Any, picture: Callable[[str], str]) -> None:
        self.root = root
        self.picture = picture
        self.body: Any = first_named(root, "itemBody")
        if self.body is None:
            message = "The item has no body."
            raise QuestionRefused("body_missing", message)
        self.interactions = [
            node for node in self.body.iter() if name_of(node).endswith("Interaction")
        ]
        gaps = [node for node in self.interactions if name_of(node) == GAP]
        self.gaps_stand_alone = all(map(self._stands_alone, gaps))

    def _stands_alone(self, gap: Any) -> bool:
        block = gap.getparent()
        texts = [block.text, *(child.tail for child in block)]
        others = [child for child in block if name_of(child) != GAP]
        return (
            block is not self.body
            and not others
            and not any(text and text.strip() for text in texts)
        )

    def stem(self) -> str:
        """Everything that is shown beside the interaction, prompts included."""
        prompts = [
            self.inner(node)
            for interaction in self.interactions
            for node in interaction.iter()
            if name_of(node) == "prompt"
        ]
        shown = self.inner(self._text_block())
        return "<br>".join(filter(None, [shown, *prompts]))

    def _text_block(self) -> Any:
        """The one division that holds all of the text, or the body itself."""
        blocks = [child for child in self.body if name_of(child) in PASSED]
        only_one = [name_of(block) for block in blocks] == ["div"]
        return blocks[0] if only_one else self.body

    def inner(self, node: Any) -> str:
        """What stands in an element, as HTML."""
        copy = etree.Element("div")
        self._fill(copy, node)
        parts = [html.escape(copy.text or "", quote=False)]
        parts += [
            etree.tostring(child, method="html", encoding="unicode") for child in copy
        ]
        return "".join(parts).strip()

    def _fill(self, copy: Any, node: Any) -> None:
        copy.text = node.text
        for child in node:
            name = name_of(child)
            if name == GAP and not self.gaps_stand_alone:
                _append_text(copy, BLANK_MARK)
            elif name in PASSED:
                self._copy(copy, child)
            elif name and name not in LEFT_OUT and not name.endswith("Interaction"):
                message = "The text holds content that would be lost."
                raise QuestionRefused("content_unknown", message, name)
            elif not name and not isinstance(child, etree._Comment):
                message = "The text names an entity of its own."
                raise QuestionRefused("xml_entities", message)
            _append_text(copy, child.tail or "")

    def _copy(self, copy: Any, child: Any) -> None:
        name = name_of(child)
        twin = etree.SubElement(copy, name)
        for attribute, value in child.attrib.items():
            if attribute == "src" and name == "img":
                held = DATA_SOURCE.fullmatch(value)
                twin.set("src", value if held else self.picture(value))
            elif attribute in KEPT:
                twin.set(attribute, value)
        self._fill(twin, child)


def _append_text(copy: Any, text: str) -> None:
    if len(copy):
        copy[-1].tail = (copy[-1].tail or "") + text
    else:
        copy.text = (copy.text or "") + text
