"""What a QTI item asks, and which answers its declarations call right."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from exams.data import CriterionDraft, ItemDraft, MatchingDraft, NumericDraft
from exams.formats.answers import TRUE_WORDS, match_points, read_rubric
from exams.formats.base import QuestionRefused
from exams.formats.html import plain_text
from exams.formats.qti_body import GAP, Body
from exams.formats.qti_names import all_named, first_named, name_of, value_of
from exams.formats.scores import from_shares

NUMBERS = ("float", "integer")


def draft_of_body(root: Any, body: Body) -> ItemDraft:
    """The item as a draft, without what its package says beside it."""
    draft = ItemDraft(
        key="", type="", stem=body.stem(), markup="auto", rationale=_rationale(root)
    )
    names = {name_of(node) for node in body.interactions}
    if not names:
        message = "The item asks nothing."
        raise QuestionRefused("answer_missing", message)
    if names == {GAP}:
        return _text_entries(draft, root, body)
    if len(body.interactions) > 1:
        message = "The item mixes several interactions."
        raise QuestionRefused("several_interactions", message)
    node = body.interactions[0]
    reader = READERS.get(name_of(node))
    if reader is None:
        message = "Questions of this type have no place here."
        raise QuestionRefused("type_unknown", message, name_of(node))
    return reader(draft, root, body, node)


def _prose(node: Any) -> str:
    lines = [plain_text("".join(child.itertext())) or "" for child in node]
    return "\n".join(lines) or "".join(node.itertext()).strip()


def _rationale(root: Any) -> str:
    found = first_named(root, "modalFeedback")
    return "" if found is None else _prose(found).strip()


def _declaration(root: Any, node: Any) -> Any:
    wanted = value_of(node, "responseIdentifier")
    for found in all_named(root, "responseDeclaration"):
        if value_of(found, "identifier") == wanted:
            return found
    message = "The item does not declare its response."
    raise QuestionRefused("key_missing", message, wanted)


def _right(declaration: Any) -> list[str]:
    found = first_named(declaration, "correctResponse")
    if found is None:
        return []
    return [(value.text or "").strip() for value in all_named(found, "value")]


def _mapping(declaration: Any) -> dict[str, Decimal]:
    shares: dict[str, Decimal] = {}
    for entry in all_named(declaration, "mapEntry"):
        try:
            share = Decimal(value_of(entry, "mappedValue"))
        except InvalidOperation as error:
            message = "The share of an option is no number."
            raise QuestionRefused("fraction_bad", message) from error
        shares[value_of(entry, "mapKey")] = share
    return shares


def _choice(draft: ItemDraft, root: Any, body: Body, node: Any) -> ItemDraft:
    declaration = _declaration(root, node)
    right, shares = _right(declaration), _mapping(declaration)
    single = value_of(declaration, "cardinality") == "single"
    choices = all_named(node, "simpleChoice")
    names = [value_of(choice, "identifier") for choice in choices]
    if not set(right) <= set(names) or not right:
        message = "The right answers are not among the options."
        raise QuestionRefused("key_missing", message)
    if names == ["true", "false"]:
        truth = right[0].casefold() in TRUE_WORDS
        return replace(draft, type="true_false", truth=truth)
    top = max(shares.values(), default=Decimal(1))
    if single and top > 0:
        shares = {name: share / top for name, share in shares.items()}
    share = Decimal(1) / len(right)
    options = from_shares(
        [
            (
                body.inner(choice),
                shares.get(name, Decimal(0))
                if shares
                else (share if name in right else Decimal(0)),
                _feedback(choice),
            )
            for name, choice in zip(names, choices, strict=True)
        ],
        single=single,
    )
    options = tuple(
        replace(o, correct=n in right) for n, o in zip(names, options, strict=True)
    )
    kind = "single_choice" if single else "multiple_choice"
    return replace(draft, type=kind, options=options)


def _feedback(choice: Any) -> str:
    found = first_named(choice, "feedbackInline")
    return "" if found is None else "".join(found.itertext()).strip()


def _order(draft: ItemDraft, root: Any, body: Body, node: Any) -> ItemDraft:
    texts = {
        value_of(choice, "identifier"): body.inner(choice)
        for choice in all_named(node, "simpleChoice")
    }
    right = _right(_declaration(root, node))
    if sorted(right) != sorted(texts):
        message = "The right order must name every step once."
        raise QuestionRefused("answer_order", message)
    return replace(draft, type="ordering", ordering=tuple(texts[n] for n in right))


def _match(draft: ItemDraft, root: Any, body: Body, node: Any) -> ItemDraft:
    sets = all_named(node, "simpleMatchSet")
    if len(sets) != 2:
        message = "Matching needs two columns."
        raise QuestionRefused("columns_short", message)
    columns = [
        {
            value_of(choice, "identifier"): body.inner(choice)
            for choice in all_named(column, "simpleAssociableChoice")
        }
        for column in sets
    ]
    left, right = (list(column) for column in columns)
    pairs = []
    for pair in _right(_declaration(root, node)):
        one, _, other = pair.partition(" ")
        if one not in left or other.strip() not in right:
            message = "A pair names no entry of its column."
            raise QuestionRefused("pairs_bad", message, pair[:40])
        pairs.append((left.index(one), right.index(other.strip())))
    matching = MatchingDraft(
        tuple(columns[0].values()), tuple(columns[1].values()), tuple(pairs)
    )
    return replace(draft, type="matching", matching=matching)


def _text_entries(draft: ItemDraft, root: Any, body: Body) -> ItemDraft:
    first = _declaration(root, body.interactions[0])
    if value_of(first, "baseType") in NUMBERS and len(body.interactions) == 1:
        return replace(draft, type="numeric", numeric=_number(root, first))
    blanks = []
    for node in body.interactions:
        declaration = _declaration(root, node)
        shares = _mapping(declaration)
        top = max(shares.values(), default=Decimal(0))
        if any(share not in (0, top) for share in shares.values()):
            message = "An accepted answer with part of the points has no place here."
            raise QuestionRefused("partial_alternative", message)
        texts = dict.fromkeys(_right(declaration))
        texts |= dict.fromkeys(text for text, share in shares.items() if share > 0)
        blanks.append(tuple(texts))
    return replace(draft, type="fill_in", blanks=tuple(blanks))


def _number(root: Any, declaration: Any) -> NumericDraft:
    tolerance = Decimal(0)
    try:
        value = Decimal("".join(_right(declaration)))
        equal = first_named(root, "equal")
        if equal is not None and value_of(equal, "toleranceMode") == "absolute":
            tolerance = Decimal(value_of(equal, "tolerance").split()[0])
        elif equal is not None and value_of(equal, "toleranceMode") == "relative":
            share = Decimal(value_of(equal, "tolerance").split()[0])
            tolerance = abs(value) * share / 100
    except (InvalidOperation, IndexError) as error:
        message = "The answer is no number."
        raise QuestionRefused("answer_number", message) from error
    return NumericDraft(value, tolerance)


def _written(draft: ItemDraft, root: Any, _body: Body, _node: Any) -> ItemDraft:
    found = first_named(root, "rubricBlock")
    text = "" if found is None else _prose(found)
    lines = [line for line in text.split("\n") if line.strip()]
    if lines and all(match_points(line) for line in lines):
        rubric = read_rubric(text, "")
    else:
        rubric = (CriterionDraft(text or "按参考答案评分", Decimal(1)),)
    return replace(draft, type="short_answer", rubric=rubric)


READERS = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "extendedTextInteraction": _written,
}
