"""Filled forms as pages: laid out for the screen and printed as PDF.

The Chinese font is embedded from the repository, never taken from the operating
system. A character the font does not have fails by name instead of printing a
blank, because a blank in a decision is a fault of the decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

from simulator.documents.library import Form
from simulator.errors import GlyphMissingError

FONT = "WarrantSans"
FONT_FILES = {
    FONT: "site/fonts/NotoSansSC-Regular.ttf",
    f"{FONT}-Bold": "site/fonts/NotoSansSC-Bold.ttf",
}


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One document of a run: its form, its number and what stands in it."""

    form: Form
    number: str
    values: Mapping[str, str]
    authority: str
    anchor: str = ""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The layout with the values filled in, ready for the template."""
        return [self._part(part) for part in self.form.layout]

    def _part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        kind, content = next(iter(part.items()))
        laid: dict[str, Any] = getattr(self, f"_{kind}")(content)
        return laid | {"kind": kind}

    def _pair(self, key: str) -> dict[str, str]:
        return {"label": self.form.field(key).label, "value": self.values.get(key, "")}

    def _table(self, rows: Sequence[Sequence[Sequence[Any]]]) -> dict[str, Any]:
        cells = [
            [self._pair(key) | {"span": span} for key, span in row] for row in rows
        ]
        return {"rows": cells}

    def _lines(self, keys: Sequence[str]) -> dict[str, Any]:
        return {"rows": [self._pair(key) for key in keys]}

    def _to(self, key: str) -> dict[str, Any]:
        return {"value": self.values.get(key, "")}

    def _p(self, text: str) -> dict[str, Any]:
        known = {"authority": self.authority, **self.values}
        blanks = {field.key: "________" for field in self.form.fields}
        filled = {key: value for key, value in known.items() if value}
        flat = {key: value.replace("\n", "、") for key, value in filled.items()}
        return {"text": text.format(**(blanks | {"authority": ""} | flat))}

    def _block(self, key: str) -> dict[str, Any]:
        pair = self._pair(key)
        return pair | {"paragraphs": pair["value"].split("\n")}

    def _sign(self, labels: Sequence[str]) -> dict[str, Any]:
        return {"labels": list(labels)}

    def _seal(self, key: str) -> dict[str, Any]:
        return {"authority": self.authority, "value": self.values.get(key, "")}

    def _foot(self, text: str) -> dict[str, Any]:
        return {"text": text}


def print_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The template as a PDF with our own font; raises on a missing character."""
    html = render_to_string(template, dict(context) | {"font": FONT})
    _refuse_missing_glyphs(html)
    target = BytesIO()
    result = pisa.CreatePDF(html, dest=target, encoding="utf-8")
    if result.err:
        msg = f"xhtml2pdf reported {result.err} errors"
        raise RuntimeError(msg)
    return target.getvalue()


@cache
def _fonts() -> dict[str, TTFont]:
    """Register the fonts once per process."""
    fonts = {}
    for name, location in FONT_FILES.items():
        found = finders.find(location)
        if not found:
            msg = f"{location} is not among the static files"
            raise FileNotFoundError(msg)
        fonts[name] = TTFont(name, str(Path(str(found))))
        pdfmetrics.registerFont(fonts[name])
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FONT, bold, italic, f"{FONT}-Bold" if bold else FONT)
    default.DEFAULT_FONT[FONT.lower()] = FONT
    return fonts


def _refuse_missing_glyphs(text: str) -> None:
    known = _fonts()[FONT].face.charToGlyph
    missing = sorted({c for c in text if not c.isspace() and ord(c) not in known})
    if missing:
        raise GlyphMissingError(
            ", ".join(f"{char} (U+{ord(char):04X})" for char in missing)
        )
