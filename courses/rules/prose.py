"""The small markup content files are written in, turned into rich text.

Paragraphs, ``**bold**``, ``- `` and ``1. `` lists and ``### headings``; nothing else,
and every other character is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BULLET = re.compile(r"^[-*]\s+")
_NUMBER = re.compile(r"^\d+[.、]\s*")
_HEADING = re.compile(r"^#{2,4}\s+")


@dataclass(frozen=True)
class Piece:
    """A stretch of prose or a heading between two stretches."""

    kind: str
    text: str


def split_headings(source: str) -> list[Piece]:
    """Cut a text at its headings: pieces of kind "heading" (plain) and "text" (HTML)."""
    pieces: list[Piece] = []
    lines: list[str] = []
    for line in [*source.splitlines(), None]:
        if line is not None and not _HEADING.match(line):
            lines.append(line)
            continue
        if any(one.strip() for one in lines):
            pieces.append(Piece("text", to_html("\n".join(lines))))
        lines = []
        if line is not None:
            pieces.append(Piece("heading", _HEADING.sub("", line).strip()))
    return pieces


def to_html(source: str) -> str:
    """Paragraphs and lists as HTML; a heading inside becomes a bold paragraph."""
    blocks = [block for block in re.split(r"\n\s*\n", source.strip()) if block.strip()]
    return "".join(html for block in blocks for html in _block(block.splitlines()))


def _block(lines: list[str]) -> list[str]:
    html: list[str] = []
    paragraph: list[str] = []
    items: list[str] = []
    tag = ""

    def close() -> None:
        nonlocal tag
        if paragraph:
            html.append(f"<p>{_inline(''.join(paragraph))}</p>")
            paragraph.clear()
        if items:
            inner = "".join(f"<li>{_inline(item)}</li>" for item in items)
            html.append(f"<{tag}>{inner}</{tag}>")
            items.clear()
        tag = ""

    for raw in lines:
        line = raw.strip()
        kind = "ul" if _BULLET.match(line) else "ol" if _NUMBER.match(line) else ""
        if _HEADING.match(line):
            close()
            html.append(f"<p><b>{escape(_HEADING.sub('', line))}</b></p>")
        elif kind:
            if kind != tag:
                close()
                tag = kind
            items.append((_BULLET if kind == "ul" else _NUMBER).sub("", line))
        elif items and raw[:1].isspace():
            items[-1] += line
        else:
            if items:
                close()
            paragraph.append(line)
    close()
    return html


def _inline(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", escape(text, quote=False))
