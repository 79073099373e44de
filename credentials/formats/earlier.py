"""An earlier register as a spreadsheet: one row per qualification.

Columns by their Chinese or English heading, in any order: 姓名 is read only to be
compared by people; the officer is found by the officer number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl

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
NEEDED = frozenset({"officer", "number", "valid_from", "valid_to"})
_SEPARATORS = str.maketrans({"、": ",", "，": ",", "；": ",", ";": ",", " ": ","})


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


def read_entries(content: bytes, name: str) -> tuple[list[EarlierEntry], list[str]]:
    """The rows of an xlsx or csv file, and a problem for each row that has one."""
    rows = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    header = next(rows, ())
    columns = [COLUMNS.get(str(cell or "").strip()) for cell in header]
    missing = sorted(NEEDED - {c for c in columns if c})
    if missing:
        return [], [f"1: missing columns {', '.join(missing)}"]
    entries, problems = [], []
    for place, cells in enumerate(rows, start=2):
        values = {c: v for c, v in zip(columns, cells, strict=False) if c}
        if not any(values.values()):
            continue
        try:
            entries.append(_entry(place, values))
        except ValueError as error:
            problems.append(f"{place}: {error}")
    return entries, problems


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


def _xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    yield from sheet.iter_rows(values_only=True)


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    text = content.decode("utf-8-sig")
    lines: Iterable[str] = io.StringIO(text, newline="")
    yield from csv.reader(lines)
