"""The item file that content authors write: plain data to drafts, with places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from exams.data import (
    CaseSetDraft,
    CriterionDraft,
    ExhibitDraft,
    ItemDraft,
    ItemFileDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
    Problem,
    SupportDraft,
)
from exams.enums import ItemType
from exams.question_types import draft_problems

Data = Mapping[str, Any]


def _key(data: Data) -> str:
    """The name of an entry; older files call it ``id``."""
    return str(data["key"] if "key" in data else data["id"])


def read_item(data: Data) -> ItemDraft:
    """One entry of ``items``."""
    kind = str(data["type"])
    answer = data.get("answer")
    return ItemDraft(
        key=_key(data),
        type=kind,
        stem=str(data["stem"]).strip(),
        aspect=str(data["aspect"]),
        topic=str(data.get("topic", "")),
        sectors=tuple(data.get("sectors") or ()),
        level=str(data.get("level", "know")),
        difficulty=Decimal(str(data.get("difficulty", "0.60"))),
        pool=str(data.get("pool", "exam")),
        options=tuple(
            OptionDraft(text=str(o["text"]).strip(), correct=bool(o["correct"]))
            for o in data.get("options") or ()
        ),
        truth=answer if kind == ItemType.TRUE_FALSE else None,
        blanks=tuple(tuple(str(t) for t in blank) for blank in answer or ())
        if kind == ItemType.FILL_IN
        else (),
        numeric=_numeric(answer) if kind == ItemType.NUMERIC else None,
        matching=_matching(answer) if kind == ItemType.MATCHING else None,
        ordering=tuple(answer or ()) if kind == ItemType.ORDERING else (),
        rubric=tuple(
            CriterionDraft(str(line["criterion"]), Decimal(str(line["points"])))
            for line in data.get("rubric") or ()
        ),
        rationale=str(data.get("rationale", "")).strip(),
        citations=tuple(str(citation) for citation in data.get("citations") or ()),
        law_as_of=_day(data.get("law_as_of")),
        support=tuple(
            SupportDraft(str(line["ref"]), str(line["phrase"]))
            for line in data.get("support") or ()
        ),
        exhibit=str(data.get("exhibit") or ""),
        tags=tuple(data.get("tags") or ()),
        enemies=tuple(data.get("enemies") or ()),
    )


def _numeric(answer: Any) -> NumericDraft | None:
    if not isinstance(answer, Mapping):
        return None
    return NumericDraft(
        value=Decimal(str(answer["value"])),
        tolerance=Decimal(str(answer.get("tolerance", 0))),
        unit=str(answer.get("unit", "")),
    )


def _matching(answer: Any) -> MatchingDraft | None:
    if not isinstance(answer, Mapping):
        return None
    return MatchingDraft(
        left=tuple(answer["left"]),
        right=tuple(answer["right"]),
        pairs=tuple((int(left), int(right)) for left, right in answer["pairs"]),
    )


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def read_exhibit(data: Data) -> ExhibitDraft:
    """One entry of ``exhibits``: a text, a table, or a drawn figure."""
    body = data.get("body", "")
    table = body if isinstance(body, Mapping) else {}
    return ExhibitDraft(
        key=_key(data),
        title=str(data["title"]),
        kind=str(data["kind"]),
        text="" if table else str(body).strip(),
        header=tuple(str(cell) for cell in table.get("header", ())),
        rows=tuple(tuple(str(cell) for cell in row) for row in table.get("rows", ())),
        svg=str(data.get("svg") or ""),
        alt=str(data.get("alt", "")).strip(),
    )


def read_item_file(
    loaded: Data | Sequence[Data],
) -> tuple[ItemFileDraft, list[Problem]]:
    """Everything in a file, or in a bare list of items, with every problem's place."""
    data: Data = loaded if isinstance(loaded, Mapping) else {"items": loaded}
    items: list[ItemDraft] = []
    problems: list[Problem] = []
    for entry in data.get("items") or ():
        place = str(entry.get("key") or entry.get("id") or "?")
        try:
            item = read_item(entry)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            problems.append(Problem("entry_unreadable", repr(error), place))
            continue
        items.append(item)
        problems += [
            Problem(p.code, p.message, f"{place} {p.place}".strip())
            for p in draft_problems(item)
        ]
    exhibits = tuple(read_exhibit(entry) for entry in data.get("exhibits") or ())
    case_sets = tuple(
        CaseSetDraft(
            key=_key(entry),
            title=str(entry["title"]),
            exhibit=str(entry["exhibit"]),
            items=tuple(entry["items"]),
            intro=str(entry.get("intro", "")).strip(),
        )
        for entry in data.get("case_sets") or ()
    )
    content = ItemFileDraft(tuple(items), exhibits, case_sets)
    return content, problems + _dangling(content)


def _dangling(content: ItemFileDraft) -> list[Problem]:
    """References inside the file that lead nowhere, and keys used twice."""
    keys = [item.key for item in content.items]
    exhibits = {exhibit.key for exhibit in content.exhibits}
    found = [
        Problem("key_twice", "Two items have the same id.", key)
        for key in sorted({key for key in keys if keys.count(key) > 1})
    ]
    found += [
        Problem("exhibit_missing", "The exhibit is not in this file.", item.key)
        for item in content.items
        if item.exhibit and item.exhibit not in exhibits
    ]
    for case_set in content.case_sets:
        missing = [key for key in case_set.items if key not in keys]
        if missing or case_set.exhibit not in exhibits:
            found.append(
                Problem(
                    "case_set_broken",
                    "The case set names an item or exhibit that is not in this file.",
                    f"{case_set.key} {' '.join(missing)}".strip(),
                )
            )
    return found
