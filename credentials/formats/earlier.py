"""An earlier register as a spreadsheet: one row per qualification.

Columns by their Chinese or English heading, in any order: 姓名 is read only to be
compared by people; the officer is found by the officer number. A second sheet, 变动,
may tell what happened to a qualification since: one row per act, named by 证号.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

import openpyxl

from credentials.enums import Act

COLUMNS = {
    "人员编号": "officer",
    "officer": "officer",
    "证号": "number",
    "number": "number",
    "发证日期": "valid_from",
    "valid_from": "valid_from",
    "有效期至": "valid_to",
    "valid_to": "valid_to",
    "领域": "sectors",
    "sectors": "sectors",
    "方式": "methods",
    "methods": "methods",
    "区域": "divisions",
    "divisions": "divisions",
    "依据文号": "document",
    "document": "document",
}
ACT_COLUMNS = {
    "证号": "number",
    "number": "number",
    "变动": "act",
    "act": "act",
    "日期": "on",
    "on": "on",
    "事由": "ground",
    "ground": "ground",
    "依据文号": "document",
    "document": "document",
    "新有效期至": "valid_to",
    "valid_to": "valid_to",
}
ACT_WORDS = {
    "暂停": Act.SUSPENDED,
    "暂扣": Act.SUSPENDED,
    "恢复": Act.REINSTATED,
    "撤销": Act.REVOKED,
    "注销": Act.SURRENDERED,
    "延期": Act.EXTENDED,
    "换证": Act.RENEWED,
    **{
        act.value: act
        for act in (
            Act.SUSPENDED,
            Act.REINSTATED,
            Act.REVOKED,
            Act.SURRENDERED,
            Act.EXTENDED,
            Act.RENEWED,
        )
    },
}
"""What may have happened to a qualification before it was taken over."""
NEED_END = frozenset({Act.EXTENDED, Act.RENEWED})
NEEDED = frozenset({"officer", "number", "valid_from", "valid_to"})
_SEPARATORS = str.maketrans({"、": ",", "，": ",", "；": ",", ";": ",", " ": ","})


@dataclass(frozen=True, slots=True)
class EarlierAct:
    """Something the earlier register recorded of a qualification, on a day."""

    row: int
    act: Act
    on: date
    ground: str = ""
    document: str = ""
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class EarlierEntry:
    """One row; ``row`` is its number in the file, dates are days."""

    row: int
    officer: str
    number: str
    valid_from: date
    valid_to: date
    sectors: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    document: str = ""
    history: tuple[EarlierAct, ...] = ()


def read_entries(content: bytes, name: str) -> tuple[list[EarlierEntry], list[str]]:
    """The rows of an xlsx or csv file, and a problem for each row that has one."""
    is_book = name.lower().endswith(".xlsx")
    sheets = list(_xlsx(content)) if is_book else [_csv(content)]
    entries, problems = _read(sheets[0], COLUMNS, NEEDED, _entry)
    if len(sheets) > 1:
        acts, more = _read(
            sheets[1], ACT_COLUMNS, frozenset({"number", "act", "on"}), _act
        )
        entries, strangers = _with_history(entries, acts)
        problems += [f"变动 {problem}" for problem in more + strangers]
    return entries, problems


T = TypeVar("T")


def _read(
    rows: Iterator[Sequence[Any]],
    names: Mapping[str, str],
    needed: frozenset[str],
    make: Callable[[int, dict[str, Any]], T],
) -> tuple[list[T], list[str]]:
    """Each row of one sheet as a record, and a problem for each that cannot be one."""
    columns = [names.get(str(cell or "").strip()) for cell in next(rows, ())]
    missing = sorted(needed - {c for c in columns if c})
    if missing:
        return [], [f"1: missing columns {', '.join(missing)}"]
    records, problems = [], []
    for place, cells in enumerate(rows, start=2):
        values = {c: v for c, v in zip(columns, cells, strict=False) if c}
        if not any(values.values()):
            continue
        try:
            records.append(make(place, values))
        except ValueError as error:
            problems.append(f"{place}: {error}")
    return records, problems


def _with_history(
    entries: list[EarlierEntry], acts: list[tuple[str, EarlierAct]]
) -> tuple[list[EarlierEntry], list[str]]:
    """The rows with what happened to each, and a problem for an unknown number."""
    by_number: dict[str, list[EarlierAct]] = {entry.number: [] for entry in entries}
    strangers = []
    for number, act in acts:
        if number in by_number:
            by_number[number].append(act)
        else:
            strangers.append(f"{act.row}: unknown number {number}")
    found = [
        replace(
            entry,
            history=tuple(
                sorted(by_number[entry.number], key=lambda act: (act.on, act.row))
            ),
        )
        for entry in entries
    ]
    return found, strangers


def _act(place: int, values: dict[str, Any]) -> tuple[str, EarlierAct]:
    word = _required(values, "act")
    act = ACT_WORDS.get(word)
    if act is None:
        raise ValueError(f"unknown act {word}")
    if act in NEED_END and not values.get("valid_to"):
        raise ValueError("valid_to is empty")
    return _required(values, "number"), EarlierAct(
        row=place,
        act=act,
        on=_day(values["on"]),
        ground=str(values.get("ground") or "").strip(),
        document=str(values.get("document") or "").strip(),
        valid_to=_day(values["valid_to"]) if act in NEED_END else None,
    )


def _entry(place: int, values: dict[str, Any]) -> EarlierEntry:
    valid_from, valid_to = _day(values["valid_from"]), _day(values["valid_to"])
    if valid_to <= valid_from:
        raise ValueError("valid_to is not after valid_from")
    return EarlierEntry(
        row=place,
        officer=_required(values, "officer"),
        number=_required(values, "number"),
        valid_from=valid_from,
        valid_to=valid_to,
        sectors=_list(values.get("sectors")),
        methods=_list(values.get("methods")),
        divisions=_list(values.get("divisions")),
        document=str(values.get("document") or "").strip(),
    )


def _required(values: dict[str, Any], key: str) -> str:
    text = str(values[key] or "").strip()
    if not text:
        raise ValueError(f"{key} is empty")
    return text


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    for old, new in (("年", "-"), ("月", "-"), ("日", ""), ("/", "-"), (".", "-")):
        text = text.replace(old, new)
    try:
        year, month, day = (int(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"not a date: {value}") from None
    return date(year, month, day)


def _list(value: Any) -> tuple[str, ...]:
    parts = str(value or "").translate(_SEPARATORS).split(",")
    return tuple(part for part in parts if part)


def _xlsx(content: bytes) -> Iterator[Iterator[Sequence[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield sheet.iter_rows(values_only=True)


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    text = content.decode("utf-8-sig")
    lines: Iterable[str] = io.StringIO(text, newline="")
    yield from csv.reader(lines)
