"""Pages as PDF, with the Chinese font of the repository embedded.

The font is never taken from the operating system: a certificate must print anywhere.
A missing glyph only logs inside the PDF library, so the font's own table is asked
before anything is drawn, and a blank in a decision cannot happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics, ttfonts
from xhtml2pdf import default, pisa

from accounts.errors import GlyphMissing, PrintFailed

FONT = "WarrantSans"
FILES = {
    FONT: "site/fonts/NotoSansSC-Regular.ttf",
    f"{FONT}-Bold": "site/fonts/NotoSansSC-Bold.ttf",
}


def print_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """A template as PDF; the template finds the font's name as `font`.

    Raises GlyphMissing when the font lacks a character, PrintFailed when the library
    cannot lay the page out.
    """
    html = render_to_string(template, {**context, "font": FONT})
    missing = missing_glyphs([html])
    if missing:
        raise GlyphMissing(missing)
    target = BytesIO()
    status = pisa.CreatePDF(html, dest=target, encoding="utf-8")
    if status.err:
        raise PrintFailed
    return target.getvalue()


def missing_glyphs(texts: Iterable[str]) -> list[str]:
    """The characters of the texts that the font cannot draw, in order."""
    known = _fonts()[FONT].face.charToGlyph
    characters = {c for text in texts for c in text if not c.isspace()}
    return sorted(c for c in characters if ord(c) not in known)


@cache
def _fonts() -> dict[str, ttfonts.TTFont]:
    """Make the fonts known to the PDF library, once per process."""
    fonts = {
        name: ttfonts.TTFont(name, str(_path(file))) for name, file in FILES.items()
    }
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    ttfonts.makeToUnicodeCMap = _unicode_map
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FONT, bold, italic, f"{FONT}-Bold" if bold else FONT)
    default.DEFAULT_FONT[FONT.lower()] = FONT
    return fonts


def font_path() -> Path:
    """The font file, for charts."""
    return _path(FILES[FONT])


def _path(file: str) -> Path:
    found = finders.find(file)
    if not isinstance(found, str):
        raise FileNotFoundError(file)
    return Path(found)


_plain_unicode_map = ttfonts.makeToUnicodeCMap
_ASTRAL = re.compile(r"> <([0-9A-F]{5,6})>")


def _unicode_map(fontname: str, subset: list[int]) -> str:
    """The table by which readers copy text, in UTF-16BE as PDF asks.

    reportlab writes code points, so that a character beyond U+FFFF (𠅤) would be
    lost when somebody copies or searches a name.
    """
    return _ASTRAL.sub(
        lambda match: f"> <{chr(int(match[1], 16)).encode('utf-16-be').hex().upper()}>",
        _plain_unicode_map(fontname, subset),
    )
