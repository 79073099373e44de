"""Read a roster (人员名册) from .xlsx or .csv into rows, with row-exact problems."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts.data import RosterRow, RowProblem

COLUMNS = {
    "姓名": "name",
    "执法证号": "officer_number",
    "单位": "organisation",
    "岗位": "post",
    "手机": "phone",
    "邮箱": "email",
    "入职日期": "joined_on",
    "角色": "roles",
}
REQUIRED = ("姓名", "执法证号", "单位", "入职日期")
ROLE_NAMES = {
    "学员": "trainee",
    "教员": "trainer",
    "法制审核": "legal_reviewer",
    "考官": "assessor",
    "监考": "invigilator",
    "发证人员": "certification_officer",
    "督导": "supervisor",
    "单位管理员": "organisation_admin",
    "审计": "auditor",
}
ROLE_SEPARATORS = re.compile(r"[、,，;；\s]+")
DATE_FORM = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
CSV_ENCODINGS = ("utf-8-sig", "gb18030")
MAX_ROWS = 20_000

Cells = tuple[int, dict[str, str]]


class UnreadableRosterError(ValueError):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_roster(
    content: bytes, filename: str, *, number_pattern: str
) -> tuple[list[RosterRow], list[RowProblem]]:
    """Rows that can be read, and a problem for each cell that cannot.

    Raises UnreadableRosterError (`not_a_spreadsheet`, `unknown_encoding`,
    `missing_columns`, `empty`, `too_long`).
    """
    reader = _xlsx_rows if filename.lower().endswith(".xlsx") else _csv_rows
    cells = list(reader(content))
    if not cells:
        raise UnreadableRosterError("empty")
    if len(cells) > MAX_ROWS:
        raise UnreadableRosterError("too_long")
    rows: list[RosterRow] = []
    problems: list[RowProblem] = []
    for number, values in cells:
        row, faults = _read_row(number, values, re.compile(number_pattern))
        problems.extend(faults)
        if row is not None:
            rows.append(row)
    problems.extend(_repeated_numbers(rows))
    return rows, sorted(problems, key=lambda problem: problem.row)


def _xlsx_rows(content: bytes) -> Iterator[Cells]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise UnreadableRosterError("not_a_spreadsheet") from error
    sheet = book.worksheets[0]
    lines = (
        [_cell_text(value) for value in row]
        for row in sheet.iter_rows(values_only=True)
    )
    yield from _with_header(lines)


def _csv_rows(content: bytes) -> Iterator[Cells]:
    for encoding in CSV_ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield from _with_header(csv.reader(io.StringIO(text)))
        return
    raise UnreadableRosterError("unknown_encoding")


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


def _with_header(lines: Iterable[list[str]]) -> Iterator[Cells]:
    numbered = enumerate(lines, start=1)
    header: list[str] | None = None
    for number, line in numbered:
        texts = [text.strip() for text in line]
        if header is None:
            header = texts
            if not set(REQUIRED) <= set(header):
                raise UnreadableRosterError("missing_columns")
            continue
        if any(texts):
            yield number, dict(zip(header, texts, strict=False))


def _read_row(
    number: int, values: dict[str, str], number_pattern: re.Pattern[str]
) -> tuple[RosterRow | None, list[RowProblem]]:
    faults = [
        RowProblem(number, column, "missing", "")
        for column in REQUIRED
        if not values.get(column)
    ]
    officer_number = values.get("执法证号", "").upper()
    if officer_number and not number_pattern.match(officer_number):
        faults.append(RowProblem(number, "执法证号", "wrong_form", officer_number))
    joined_on = _read_date(values.get("入职日期", ""))
    if values.get("入职日期") and joined_on is None:
        faults.append(RowProblem(number, "入职日期", "not_a_date", values["入职日期"]))
    names = [name for name in ROLE_SEPARATORS.split(values.get("角色", "")) if name]
    faults.extend(
        RowProblem(number, "角色", "unknown_role", name)
        for name in names
        if name not in ROLE_NAMES
    )
    if faults or joined_on is None:
        return None, faults
    return (
        RosterRow(
            row=number,
            name=values["姓名"],
            officer_number=officer_number,
            organisation=values["单位"],
            post=values.get("岗位", ""),
            phone=values.get("手机", ""),
            email=values.get("邮箱", ""),
            joined_on=joined_on,
            roles=tuple(ROLE_NAMES[name] for name in names),
        ),
        [],
    )


def _read_date(text: str) -> date | None:
    match = DATE_FORM.match(text)
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _repeated_numbers(rows: list[RosterRow]) -> Iterator[RowProblem]:
    seen: set[str] = set()
    for row in rows:
        if row.officer_number in seen:
            yield RowProblem(row.row, "执法证号", "repeated", row.officer_number)
        seen.add(row.officer_number)
