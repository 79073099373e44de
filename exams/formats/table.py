"""xlsx and csv in the layout Chinese item banks use: one row, one question."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from exams.data import ItemDraft, OptionDraft
from exams.formats.answers import read_answer, write_answer
from exams.formats.base import (
    NOTHING_SHARED,
    Defaults,
    FileRefused,
    Place,
    QuestionRefused,
    Reading,
    Shared,
    read_questions,
)
from exams.formats.files import decode, open_zip, read_entry
from exams.formats.html import as_html, image_source, map_texts
from exams.formats.meta import meta_of, read_list, with_meta, word, write_list
from exams.formats.shared import (
    EXHIBIT_COLUMNS,
    SET_COLUMNS,
    exhibit_of_texts,
    set_of_texts,
    texts_of_exhibit,
    texts_of_set,
)
from exams.question_types.base import LETTERS

TYPES = {
    "single_choice": ("单选题", "单选", "单项选择题", "单项选择", "选择题", "单选择题"),
    "multiple_choice": ("多选题", "多选", "多项选择题", "多项选择", "不定项选择题", "不定项"),
    "true_false": ("判断题", "判断", "是非题", "判断正误"),
    "fill_in": ("填空题", "填空"),
    "numeric": ("计算题", "数值题", "数字题"),
    "matching": ("匹配题", "连线题", "配对题"),
    "ordering": ("排序题", "排序"),
    "short_answer": ("简答题", "简答", "问答题", "问答", "论述题", "名词解释"),
    "case_analysis": ("案例分析题", "案例分析", "案例题", "材料分析题"),
}  # fmt: skip
OPTION_LETTERS = LETTERS[:12]
COLUMNS = {
    "key": ("编号", "题目编号", "试题编号", "key"),
    "type": ("题型", "题目类型", "试题类型", "类型"),
    "stem": ("题干", "题目", "试题", "试题内容", "题目内容", "题干内容"),
    "answer": ("答案", "正确答案", "参考答案", "标准答案"),
    "rationale": ("解析", "答案解析", "试题解析", "题目解析", "说明"),
    "citations": ("依据", "法律依据", "出处", "法条依据"),
    "difficulty": ("难度", "难度系数", "难易度", "难易程度"),
    "aspect": ("方面", "所属方面", "分类", "题目分类"),
    "topic": ("知识点", "考点", "章节"),
    "points": ("分值", "分数"),
    "level": ("认知层次", "能力层次", "要求"),
    "pool": ("用途", "题库用途"),
    "sectors": ("行业", "行业领域"),
    "tags": ("标签", "关键词"),
    "law_as_of": ("法律截至", "依据截至"),
    "support": ("依据原文",),
    "enemies": ("互斥题",),
    "markup": ("格式",),
    "feedback": ("选项反馈",),
    "fractions": ("选项得分",),
    "exhibit": ("材料",),
}
WRITTEN = (
    "key", "type", "stem", *OPTION_LETTERS, "answer", "rationale", "citations",
    "difficulty", "aspect", "topic", "level", "pool", "sectors", "tags", "law_as_of",
    "support", "enemies", "markup", "feedback", "fractions",
)  # fmt: skip
MOST_IN_CELL = 32_767
NEEDED = ("type", "stem", "answer")
FORMULA = re.compile(r"'*[=+\-@\t]")
Row = Mapping[str, str]


def _column(heading: str) -> str:
    """Our name for a heading; empty for a column that is not ours."""
    heading = re.sub(r"[\s*＊（）()]|必填|选填", "", heading)  # noqa: RUF001
    option = re.fullmatch(r"(?:选项|备选项|答案选项)?([A-La-l])(?:选项)?", heading)
    if option:
        return option[1].upper()
    for name, words in COLUMNS.items():
        if heading.casefold() in words:
            return name
    return ""


def _rows(lines: Iterable[Sequence[str]]) -> Iterator[tuple[int, Row]]:
    """Lines under the heading as named cells, with their row numbers."""
    names: list[str] = []
    for number, cells in enumerate(lines, start=1):
        if not names:
            found = [_column(cell) for cell in cells]
            if all(name in found for name in NEEDED):
                names = found
            elif number > 20:
                break
            continue
        row: dict[str, str] = {}
        for name, cell in zip(names, cells, strict=False):
            if name and cell.strip() and name not in row:
                row[name] = cell.strip()
        if row:
            yield number, row
    if not names:
        message = "No row names the columns 题型, 题干 and 答案."
        raise FileRefused("heading_missing", message)


def draft_of_row(row: Row) -> ItemDraft:
    """One row as a draft."""
    kind = word(TYPES, row.get("type", ""), "type_unknown")
    if not kind:
        raise QuestionRefused("type_unknown", "The row names no item type.")
    feedback = _per_option(row.get("feedback", ""))
    fractions = _per_option(row.get("fractions", ""))
    options = [
        OptionDraft(
            row[letter],
            correct=False,
            feedback=feedback.get(letter, ""),
            fraction=_fraction(fractions.get(letter)),
        )
        for letter in OPTION_LETTERS
        if letter in row
    ]
    present = "".join(letter for letter in OPTION_LETTERS if letter in row)
    if present != OPTION_LETTERS[: len(present)]:
        message = "An option is empty although a later one has a text."
        raise QuestionRefused("option_empty", message, present)
    draft = ItemDraft(
        key=row.get("key", ""),
        type=kind,
        stem=row.get("stem", ""),
        rationale=row.get("rationale", ""),
        tags=read_list(row.get("tags", "")),
    )
    draft = with_meta(draft, {**row, "type": kind})
    return read_answer(draft, options, row.get("answer", ""), row.get("points", ""))


def _per_option(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in read_list(text))
    return {letter: value for letter, _, value in pairs}


def _fraction(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        message = "The share of an option is no number."
        raise QuestionRefused("fraction_bad", message, (text or "")[:40]) from error


def row_of_draft(draft: ItemDraft) -> dict[str, str]:
    """One draft as a row."""
    texts = [option.text for option in draft.options] or list(draft.ordering)
    feedback = [f"{a}:{o.feedback}" for a, o in zip(LETTERS, draft.options, strict=False) if o.feedback]  # fmt: skip
    fractions = [f"{a}:{o.fraction}" for a, o in zip(LETTERS, draft.options, strict=False) if o.fraction is not None]  # fmt: skip
    return {
        **meta_of(draft),
        "key": draft.key,
        "type": TYPES[draft.type][0],
        "stem": draft.stem,
        **dict(zip(OPTION_LETTERS, texts, strict=False)),
        "answer": write_answer(draft),
        "rationale": draft.rationale,
        "tags": write_list(draft.tags),
        "feedback": write_list(feedback),
        "fractions": write_list(fractions),
        "exhibit": draft.exhibit,
    }


def _headings(names: Iterable[str] = WRITTEN) -> list[str]:
    return [f"选项{n}" if n in OPTION_LETTERS else COLUMNS[n][0] for n in names]


def read_csv(data: bytes, defaults: Defaults) -> Reading:
    """A csv with commas, semicolons or tabs."""
    text = decode(data)
    head = text[:5000]
    separator = max(",\t;", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        rows = list(_rows([_unguarded(cell) for cell in cells] for cells in lines))
    except csv.Error as error:
        raise FileRefused("csv_broken", "The csv cannot be read.") from error
    sources = ((Place("row", n), partial(draft_of_row, row)) for n, row in rows)
    return read_questions("csv", sources, defaults)


def write_csv(drafts: Sequence[ItemDraft]) -> bytes:
    """A csv that spreadsheets open rightly: with a mark, and no cell a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_headings())
    for draft in drafts:
        row = row_of_draft(draft)
        writer.writerow([_guarded(row.get(name, "")) for name in WRITTEN])
    return out.getvalue().encode("utf-8-sig")


def _guarded(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def read_xlsx(data: bytes, defaults: Defaults) -> Reading:
    """The first sheet with our headings; pictures belong to the row they stand in."""
    package = open_zip(data)
    for name in package.namelist():
        if (
            name.endswith((".xml", ".rels"))
            and b"<!" in read_entry(package, name)[:600]
        ):
            raise FileRefused("xml_entities", "The workbook holds a document type.")
    has_pictures = any(name.startswith("xl/media/") for name in package.namelist())
    sheet, pictures, shared = _open_sheet(data, has_pictures)
    sources = (
        (Place("row", number), partial(_with_pictures, row, pictures.get(number, [])))
        for number, row in sheet
    )
    return read_questions("xlsx", sources, defaults, shared)


def _open_sheet(
    data: bytes, has_pictures: bool
) -> tuple[list[tuple[int, Row]], dict[int, list[bytes]], Shared]:
    refusal: FileRefused | None = None
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=not has_pictures, data_only=True
        )
        for sheet in book.worksheets:
            try:
                cells = sheet.iter_rows(values_only=True)
                rows = list(_rows([_cell(value) for value in row] for row in cells))
            except FileRefused as error:
                refusal = refusal or error
                continue
            pictures = _pictures(sheet) if has_pictures else {}
            return rows, pictures, _shared(book)
    except (MemoryError, FileRefused):
        raise
    except Exception as error:
        raise FileRefused("xlsx_broken", "The workbook cannot be read.") from error
    raise refusal or FileRefused("xlsx_broken", "The workbook has no sheet.")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _pictures(sheet: Any) -> dict[int, list[bytes]]:
    """Pictures by the row of their upper left corner."""
    found: dict[int, list[bytes]] = {}
    for image in sheet._images:
        start = getattr(image.anchor, "_from", None)
        if start is not None:
            found.setdefault(start.row + 1, []).append(image._data())
    return found


def _with_pictures(row: Row, pictures: Sequence[bytes]) -> ItemDraft:
    draft = replace(draft_of_row(row), exhibit=row.get("exhibit", ""))
    if not pictures:
        return draft
    if draft.markup == "plain":
        draft = replace(map_texts(draft, as_html), markup="html")
    images = "".join(f'<img src="{image_source(data)}" alt="">' for data in pictures)
    return replace(draft, stem=f"{draft.stem}{images}")


def write_xlsx(drafts: Sequence[ItemDraft], shared: Shared = NOTHING_SHARED) -> bytes:
    """A workbook whose cells are texts, whatever they begin with."""
    columns = (*WRITTEN, "exhibit") if shared.exhibits else WRITTEN
    sheets = [
        ("试题", _headings(columns), [row_of_draft(draft) for draft in drafts], columns)
    ]
    for title, known, found in (
        ("材料", EXHIBIT_COLUMNS, [texts_of_exhibit(one) for one in shared.exhibits]),
        ("题组", SET_COLUMNS, [texts_of_set(one) for one in shared.case_sets]),
    ):
        if found:
            sheets.append((title, list(known.values()), found, tuple(known)))
    _check_cells(text for sheet in sheets for row in sheet[2] for text in row.values())
    book = openpyxl.Workbook(write_only=True)
    for title, headings, rows, names in sheets:
        sheet = book.create_sheet(title)
        sheet.append(headings)
        for row in rows:
            sheet.append([_text_cell(sheet, row.get(name, "")) for name in names])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _check_cells(texts: Iterable[str]) -> None:
    for text in texts:
        if ILLEGAL_CHARACTERS_RE.search(text):
            message = "A text holds a sign that no workbook can hold."
            raise QuestionRefused("text_broken", message)
        if len(text) > MOST_IN_CELL:
            message = "A text is longer than a cell of a workbook."
            raise QuestionRefused("text_long", message)


def _shared(book: Any) -> Shared:
    """The sheets 材料 and 题组, if the workbook has them as we write them."""
    exhibits = [exhibit_of_texts(row) for row in _named(book, "材料", EXHIBIT_COLUMNS)]
    case_sets = [set_of_texts(row) for row in _named(book, "题组", SET_COLUMNS)]
    return Shared(tuple(exhibits), tuple(case_sets))


def _named(book: Any, title: str, columns: Mapping[str, str]) -> Iterator[Row]:
    if title not in book.sheetnames:
        return
    lines = book[title].iter_rows(values_only=True)
    heads = [_cell(value).strip() for value in next(lines, ())]
    names = {heading: name for name, heading in columns.items()}
    for line in lines if set(names) <= set(heads) else ():
        cells = zip(heads, map(_cell, line), strict=False)
        row = {names[head]: cell for head, cell in cells if head in names and cell}
        if row:
            yield row


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if FORMULA.match(text):
        cell.quotePrefix = True
    return cell


def is_workbook(package: zipfile.ZipFile) -> bool:
    """This zip is an xlsx."""
    return "xl/workbook.xml" in package.namelist()
