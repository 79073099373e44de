"""One item as a QTI tree."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import lxml.html
from lxml import etree

from exams.data import ItemDraft
from exams.formats.base import QuestionRefused
from exams.formats.html import DATA_SOURCE, as_html
from exams.formats.qti_names import RATIONALE, Version, kebab
from exams.formats.scores import share_of
from exams.question_types.base import LETTERS
from exams.question_types.text import BLANK_MARK


class ItemWriter:
    """Writes one draft; ``pictures`` holds what must lie beside it."""

    def __init__(
        self, draft: ItemDraft, name: str, version: Version, stimulus: str = ""
    ) -> None:
        self.draft = draft
        self.stimulus = stimulus
        self.name = name
        self.version = version
        self.pictures: dict[str, bytes] = {}

    def element(self, node: Any, name: str, text: str = "", **values: str) -> Any:
        """A QTI element in the spelling of the version."""
        own = f"qti-{kebab(name)}" if self.version.is_kebab else name
        tag = f"{{{self.version.item}}}{own}"
        spelt = {kebab(k) if self.version.is_kebab else k: v for k, v in values.items()}
        if node is None:
            child = etree.Element(tag, spelt, nsmap={None: self.version.item})
        else:
            child = etree.SubElement(node, tag, spelt)
        child.text = text or None
        return child

    def root(self) -> Any:
        """The whole item."""
        root = self.element(
            None,
            "assessmentItem",
            identifier=self.name,
            title=self.name,
            adaptive="false",
            timeDependent="false",
        )
        body = etree.Element("body")
        build = {
            "single_choice": self._choice,
            "multiple_choice": self._choice,
            "true_false": self._statement,
            "fill_in": self._blanks,
            "numeric": self._number,
            "matching": self._matching,
            "ordering": self._ordering,
        }.get(self.draft.type, self._written)
        processing = build(root, body)
        self.element(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")  # fmt: skip
        if self.stimulus:
            self.element(root, "assessmentStimulusRef", identifier=self.stimulus, href=f"../stimuli/{self.stimulus}.xml")  # fmt: skip
        shown = self.element(root, "itemBody")
        shown.extend(list(body))
        if processing is not None:
            root.append(processing)
        if self.draft.rationale:
            said = self.element(root, "modalFeedback", outcomeIdentifier=RATIONALE, identifier="rationale", showHide="show")  # fmt: skip
            for line in self.draft.rationale.split("\n"):
                self._html(said, "p").text = line
        return root

    def _html(self, node: Any, name: str) -> Any:
        return etree.SubElement(node, f"{{{self.version.item}}}{name}")

    def rich(self, node: Any, text: str, gaps: Sequence[str] = ()) -> None:
        """A text of the item into an element; gaps become text entries."""
        source = text if self.draft.markup == "html" else as_html(text)
        tree = lxml.html.fragment_fromstring(source, create_parent="div")
        self._copy(tree, node, list(gaps))

    def _copy(self, source: Any, target: Any, gaps: list[str]) -> None:
        self._say(target, source.text or "", gaps)
        for child in source:
            if isinstance(child.tag, str):
                twin = self._html(target, child.tag)
                for name, value in child.attrib.items():
                    twin.set(name, self._held(value) if name == "src" else value)
                self._copy(child, twin, gaps)
            self._say(target, child.tail or "", gaps)

    def _say(self, target: Any, text: str, gaps: list[str]) -> None:
        first, *more = text.split(BLANK_MARK) if gaps else [text]
        _append(target, first)
        for part in more:
            name = gaps.pop(0) if gaps else ""
            self.element(target, "textEntryInteraction", responseIdentifier=name)
            _append(target, part)

    def _held(self, value: str) -> str:
        found = DATA_SOURCE.fullmatch(value)
        if found is None:
            message = "A picture is not held in the text."
            raise QuestionRefused("image_elsewhere", message, value[:80])
        data = base64.b64decode(found[2])
        kind = found[1].partition("/")[2]
        path = f"pictures/{hashlib.sha256(data).hexdigest()[:16]}.{kind}"
        self.pictures[path] = data
        return path

    def _stem(self, body: Any, gaps: Sequence[str] = ()) -> None:
        block = self._html(body, "div" if self.draft.markup == "html" else "p")
        self.rich(block, self.draft.stem, gaps)

    def _declare(
        self,
        root: Any,
        name: str,
        cardinality: str,
        base: str,
        right: Sequence[str],
    ) -> Any:
        declaration = self.element(root, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)  # fmt: skip
        correct = self.element(declaration, "correctResponse")
        for value in right:
            self.element(correct, "value", value)
        return declaration

    def _template(self, name: str) -> Any:
        suffix = ".xml" if self.version.is_kebab else ""
        address = f"{self.version.template}{name}{suffix}"
        return self.element(None, "responseProcessing", template=address)

    def _map(self, declaration: Any, shares: dict[str, str]) -> None:
        mapping = self.element(declaration, "mapping", defaultValue="0")
        for key, value in shares.items():
            self.element(mapping, "mapEntry", mapKey=key, mappedValue=value)

    def _choice(self, root: Any, body: Any) -> Any:
        options = self.draft.options
        letters = LETTERS[: len(options)]
        right = [a for a, o in zip(letters, options, strict=True) if o.correct]
        single = self.draft.type == "single_choice"
        cardinality = "single" if single else "multiple"
        declaration = self._declare(root, "RESPONSE", cardinality, "identifier", right)
        if has_shares := any(option.fraction is not None for option in options):
            shares = zip(letters, options, strict=True)
            self._map(declaration, {a: str(share_of(o, options)) for a, o in shares})
        self._stem(body)
        interaction = self.element(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1" if single else "0")  # fmt: skip
        for letter, option in zip(letters, options, strict=True):
            choice = self.element(interaction, "simpleChoice", identifier=letter)
            self.rich(choice, option.text)
            if option.feedback:
                self.element(choice, "feedbackInline", option.feedback, outcomeIdentifier="FEEDBACK", identifier=letter, showHide="show")  # fmt: skip
        return self._template("map_response" if has_shares else "match_correct")

    def _statement(self, root: Any, body: Any) -> Any:
        right = "true" if self.draft.truth else "false"
        self._declare(root, "RESPONSE", "single", "identifier", [right])
        self._stem(body)
        interaction = self.element(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")  # fmt: skip
        self.element(interaction, "simpleChoice", "正确", identifier="true")
        self.element(interaction, "simpleChoice", "错误", identifier="false")
        return self._template("match_correct")

    def _blanks(self, root: Any, body: Any) -> Any:
        names = [f"BLANK{n}" for n in range(1, len(self.draft.blanks) + 1)]
        for name, texts in zip(names, self.draft.blanks, strict=True):
            declaration = self._declare(root, name, "single", "string", texts[:1])
            self._map(declaration, dict.fromkeys(texts, "1"))
        in_stem = self.draft.stem.count(BLANK_MARK) == len(names)
        self._stem(body, names if in_stem else ())
        for name in () if in_stem else names:
            line = self._html(body, "p")
            self.element(line, "textEntryInteraction", responseIdentifier=name)
        return self._template("map_response") if len(names) == 1 else None

    def _number(self, root: Any, body: Any) -> Any:
        numeric = self.draft.numeric
        value, tolerance = (numeric.value, numeric.tolerance) if numeric else (0, 0)
        self._declare(root, "RESPONSE", "single", "float", [str(value)])
        self._stem(body)
        line = self._html(body, "p")
        self.element(line, "textEntryInteraction", responseIdentifier="RESPONSE")
        processing = self.element(None, "responseProcessing")
        condition = self.element(processing, "responseCondition")
        branch = self.element(condition, "responseIf")
        equal = self.element(branch, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}")  # fmt: skip
        self.element(equal, "variable", identifier="RESPONSE")
        self.element(equal, "correct", identifier="RESPONSE")
        score = self.element(branch, "setOutcomeValue", identifier="SCORE")
        self.element(score, "baseValue", "1", baseType="float")
        return processing

    def _matching(self, root: Any, body: Any) -> Any:
        matching = self.draft.matching
        if matching is None:
            return None
        pairs = [f"L{left + 1} R{right + 1}" for left, right in matching.pairs]
        self._declare(root, "RESPONSE", "multiple", "directedPair", pairs)
        self._stem(body)
        interaction = self.element(body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=str(len(pairs)))  # fmt: skip
        for sign, texts, most in (("L", matching.left, "1"), ("R", matching.right, "0")):  # fmt: skip
            column = self.element(interaction, "simpleMatchSet")
            for number, text in enumerate(texts, start=1):
                choice = self.element(column, "simpleAssociableChoice", identifier=f"{sign}{number}", matchMax=most)  # fmt: skip
                self.rich(choice, text)
        return self._template("match_correct")

    def _ordering(self, root: Any, body: Any) -> Any:
        names = list(LETTERS[: len(self.draft.ordering)])
        self._declare(root, "RESPONSE", "ordered", "identifier", names)
        self._stem(body)
        interaction = self.element(body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")  # fmt: skip
        for letter, text in zip(names, self.draft.ordering, strict=True):
            self.rich(
                self.element(interaction, "simpleChoice", identifier=letter), text
            )
        return self._template("match_correct")

    def _written(self, root: Any, body: Any) -> Any:
        self._declare(root, "RESPONSE", "single", "string", [])
        rubric = self.element(body, "rubricBlock", view="scorer")
        for line in self.draft.rubric:
            self._html(rubric, "p").text = f"{line.criterion} | {line.points}"
        self._stem(body)
        self.element(body, "extendedTextInteraction", responseIdentifier="RESPONSE")
        return None


def _append(target: Any, text: str) -> None:
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    elif text:
        target.text = (target.text or "") + text
