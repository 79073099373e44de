"""Pages as PDF, with the Chinese font of the repository embedded."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf import default, pisa

from exams.errors import GlyphMissing

FONT = "ExamSans"
FILES = {
    FONT: "site/fonts/NotoSansSC-Regular.ttf",
    f"{FONT}-Bold": "site/fonts/NotoSansSC-Bold.ttf",
}


@cache
def _fonts() -> dict[str, TTFont]:
    """Register the fonts once per process."""
    fonts = {name: TTFont(name, str(_path(file))) for name, file in FILES.items()}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FONT, bold, italic, f"{FONT}-Bold" if bold else FONT)
    default.DEFAULT_FONT[FONT.lower()] = FONT
    return fonts


def _path(file: str) -> Path:
    found = finders.find(file)
    if not isinstance(found, str):
        raise FileNotFoundError(file)
    return Path(found)


def print_pdf(template: str, context: dict[str, Any]) -> bytes:
    """A template as PDF; a character the font lacks fails by name, not as a blank."""
    known = _fonts()[FONT].face.charToGlyph
    html = render_to_string(template, context | {"font": FONT})
    missing = sorted({c for c in html if not c.isspace() and ord(c) not in known})
    if missing:
        raise GlyphMissing(", ".join(f"{c} (U+{ord(c):04X})" for c in missing))
    target = BytesIO()
    pisa.CreatePDF(html, dest=target, encoding="utf-8")
    return target.getvalue()
