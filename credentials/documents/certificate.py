"""Certificates and cards as PDF, with the font of the repository embedded.

The fonts are given to reportlab itself, which embeds TrueType only. A missing glyph
only logs, so the font's own table is asked before anything is drawn.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics, ttfonts
from xhtml2pdf import default, pisa

from credentials.errors import GlyphMissing

FONTS = Path(settings.BASE_DIR) / "config" / "static" / "site" / "fonts"
REGULAR = FONTS / "NotoSansSC-Regular.ttf"
BOLD = FONTS / "NotoSansSC-Bold.ttf"
FAMILY = "RegisterSans"


@dataclass(frozen=True, slots=True)
class Printed:
    """What a certificate or card says."""

    number: str
    name: str
    body: str
    kind: str
    scheme: str
    sectors: str
    methods: str
    divisions: str
    valid_from: datetime
    valid_to: datetime
    issuer: str
    issued_at: datetime
    check_url: str
    photo: bytes = b""


def certificate_pdf(printed: Printed) -> bytes:
    """An A4 certificate."""
    return render("credentials/print_certificate.html", printed)


def card_pdf(printed: Printed) -> bytes:
    """A card of 85.6 by 54 millimetres with cutting marks."""
    return render("credentials/print_card.html", printed)


def render(template: str, printed: Printed) -> bytes:
    """Draws one document, or raises ``GlyphMissing`` and names the person."""
    check_glyphs(printed)
    _register_fonts()
    html = render_to_string(
        template,
        {
            "c": printed,
            "font": FAMILY,
            "qr": qr_png(printed.check_url),
            "photo": _data(printed.photo, "image/jpeg") if printed.photo else "",
        },
    )
    out = io.BytesIO()
    status = pisa.CreatePDF(html, dest=out, encoding="utf-8")
    if status.err:
        raise GlyphMissing
    return out.getvalue()


def check_glyphs(printed: Printed) -> None:
    """Every character to be printed must be in the font."""
    texts = (
        printed.name,
        printed.body,
        printed.scheme,
        printed.issuer,
        printed.sectors,
        printed.methods,
    )
    missing = sorted({c for text in texts for c in text if ord(c) not in _characters()})
    if missing:
        raise GlyphMissing(
            _("The certificate of %(name)s cannot be printed: no sign for %(signs)s.")
            % {
                "name": printed.name,
                "signs": " ".join(f"{c} (U+{ord(c):04X})" for c in missing),
            }
        )


def qr_png(text: str) -> str:
    """A QR code as a data address."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=2)
    return _data(out.getvalue(), "image/png")


def qr_svg_path(text: str) -> tuple[str, int]:
    """A QR code as the path of an SVG, and its width, for a page with a strict policy."""
    code = segno.make(text, error="m", micro=False)
    rows = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix_iter(border=4))
        for x, dark in enumerate(row)
        if dark
    ]
    return "".join(rows), int(code.symbol_size(border=4)[0])


@cache
def _register_fonts() -> None:
    """Makes the fonts known to the PDF library, once per process."""
    for name, path in ((FAMILY, REGULAR), (f"{FAMILY}-Bold", BOLD)):
        pdfmetrics.registerFont(ttfonts.TTFont(name, str(path)))
    ttfonts.makeToUnicodeCMap = _unicode_map
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FAMILY, bold, italic, f"{FAMILY}-Bold" if bold else FAMILY)
    default.DEFAULT_FONT[FAMILY.lower()] = FAMILY


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


@cache
def _characters() -> frozenset[int]:
    with TTFont(REGULAR, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _data(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
