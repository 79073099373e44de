"""From bytes to lines: Markdown, plain text in the usual encodings, .docx."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from xml.etree.ElementTree import ParseError

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from courses.law_format.data import LawFormatError, SourceLine

TEXT_SUFFIXES = frozenset({".md", ".markdown", ".txt"})
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_DOCX_EXPANDED = 200 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNREADABLE = {
    "del": "a tracked deletion",
    "ins": "a tracked insertion",
    "drawing": "a picture or drawing",
    "pict": "a picture or drawing",
    "object": "an embedded object",
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "txbxContent": "a text box",
    "altChunk": "an imported part",
    "oMath": "a formula",
    "sym": "a symbol of a special font",
}
_ALLOWED_CONTROLS = frozenset("\n\t")
_COMMENT = re.compile(r"<!--.*?-->")
_BLANK = " \t　\r"


def read_lines(content: bytes, filename: str) -> list[SourceLine]:
    """All lines that carry text. Refuses what cannot be read completely."""
    suffix = PurePath(filename).suffix.lower()
    if len(content) > LARGEST_FILE:
        raise LawFormatError("too_large", 0, "the file is larger than 20 MB")
    if suffix in TEXT_SUFFIXES:
        return _text_lines(_decode(content), markdown=suffix != ".txt")
    if suffix == ".docx":
        return list(_docx_lines(content))
    raise LawFormatError(
        "unknown_format", 0, f"{suffix or 'a file without suffix'} cannot be read"
    )


def _decode(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decode_as(content, encoding)
    candidates = ["utf-8", "gb18030"]
    if len(content) % 2 == 0 and b"\x00" in content:
        candidates = ["utf-16-le", "utf-16-be"]
    for encoding in candidates:
        try:
            text = _decode_as(content, encoding)
        except LawFormatError:
            continue
        if encoding == "utf-8" or _looks_written(text):
            return text
    _fail_where_undecodable(content)
    raise LawFormatError(
        "not_text", 1, "the bytes are no text in UTF-8, UTF-16 or GB18030"
    )


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LawFormatError(
            "not_text", line, f"bytes that are not {encoding.upper()}"
        ) from error


def _fail_where_undecodable(content: bytes) -> None:
    _decode_as(content, "utf-8")


def _looks_written(text: str) -> bool:
    """Wrongly decoded bytes fill up with controls, private and unassigned signs."""
    odd = sum(1 for c in text if unicodedata.category(c) in {"Cc", "Cn", "Co", "Cs"})
    breaks = text.count("\n") + text.count("\r") + text.count("\t")
    return odd - breaks <= len(text) // 1000


def _text_lines(text: str, *, markdown: bool) -> list[SourceLine]:
    lines = []
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    for number, raw in enumerate(text.split("\n"), start=1):
        _check_characters(raw, number)
        line = _plain_line(raw, number, markdown=markdown)
        if line is not None:
            lines.append(line)
    return lines


def _plain_line(raw: str, number: int, *, markdown: bool) -> SourceLine | None:
    text = raw.strip(_BLANK)
    heading = False
    if markdown:
        text = _COMMENT.sub("", text).strip(_BLANK)
        stripped = re.sub(r"^#{1,6}\s+", "", text)
        heading = stripped != text
        text = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"\1", stripped).strip(_BLANK)
        if re.fullmatch(r"\|?(?:\s*:?-{3,}:?\s*\|)+\s*(?::?-{3,}:?)?", text):
            return None
    if not text:
        return None
    return SourceLine(
        number, text, heading=heading, table=markdown and text.startswith("|")
    )


def _check_characters(text: str, number: int) -> None:
    for character in text:
        if character == "�":
            raise LawFormatError(
                "damaged", number, "a replacement sign stands for a lost character"
            )
        if character in _ALLOWED_CONTROLS:
            continue
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise LawFormatError(
                "damaged", number, f"the control character U+{ord(character):04X}"
            )


def _docx_lines(content: bytes) -> Iterator[SourceLine]:
    document = _open_docx(content)
    number = 0
    for element in document.element.body.iterchildren():
        tag = etree.QName(element).localname
        if tag not in {"p", "tbl", "sectPr", "bookmarkStart", "bookmarkEnd"}:
            raise LawFormatError(
                "unreadable_part", number + 1, f"the part <{tag}> cannot be read"
            )
        for text, table in _element_texts(element, tag, number + 1):
            for part in text.split("\n"):
                number += 1
                _check_characters(part, number)
                stripped = part.strip(_BLANK)
                if stripped:
                    heading = not table and _is_heading(element)
                    yield SourceLine(number, stripped, heading=heading, table=table)


def _open_docx(content: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(i.file_size for i in archive.infolist()) > LARGEST_DOCX_EXPANDED:
                raise LawFormatError("too_large", 0, "the document unpacks too large")
        return docx.Document(io.BytesIO(content))
    except (
        zipfile.BadZipFile,
        PackageNotFoundError,
        KeyError,
        ValueError,
        ParseError,
        etree.XMLSyntaxError,
        NotImplementedError,
        OSError,
        EOFError,
        zipfile.zlib.error,  # type: ignore[attr-defined]
    ) as error:
        if isinstance(error, LawFormatError):
            raise
        raise LawFormatError(
            "damaged", 0, "the file is no complete .docx document"
        ) from error


def _element_texts(element: Any, tag: str, number: int) -> Iterator[tuple[str, bool]]:
    for name, what in _UNREADABLE.items():
        if element.find(f".//{{*}}{name}") is not None:
            raise LawFormatError(
                "unreadable_part", number, f"{what} cannot be read without loss"
            )
    if tag == "p":
        _refuse_automatic_number(element, number)
        yield _paragraph_text(element), False
    if tag == "tbl":
        for row in element.iterchildren(f"{_W}tr"):
            cells = []
            for cell in row.iter(f"{_W}tc"):
                if cell.find(f".//{_W}tbl") is not None:
                    raise LawFormatError(
                        "unreadable_part", number, "a table inside a table"
                    )
                words = [_paragraph_text(p) for p in cell.iter(f"{_W}p")]
                cell_text = " ".join(w.replace("\n", " ") for w in words if w)
                cells.append(cell_text.replace("|", "\\|"))
            yield "| " + " | ".join(cells) + " |", True


def _refuse_automatic_number(paragraph: Any, number: int) -> None:
    """Word can number paragraphs itself; those numbers are not in the text."""
    found = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if found is not None and found.get(f"{_W}val") not in {None, "0"}:
        raise LawFormatError(
            "automatic_number",
            number,
            "the paragraph is numbered by the word processor, not in its text",
        )


def _paragraph_text(paragraph: Any) -> str:
    parts = []
    for node in paragraph.iter():
        tag = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if tag == "t":
            parts.append(node.text or "")
        elif tag == "tab" and node.getparent().tag == f"{_W}r":
            parts.append("\t")
        elif tag in {"br", "cr"}:
            parts.append("\n")
        elif tag == "noBreakHyphen":
            parts.append("-")
    return "".join(parts)


def _is_heading(element: Any) -> bool:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    return style is not None and str(style.get(f"{_W}val", "")).lower().startswith(
        ("heading", "1", "2", "3")
    )
