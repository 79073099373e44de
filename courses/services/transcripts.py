"""The transcript of training as a file: PDF with our own font, and spreadsheet."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf import default, pisa

from courses.data import Transcript
from courses.errors import MissingGlyph

FONT = "TranscriptSans"
FONT_FILES = {
    FONT: "site/fonts/NotoSansSC-Regular.ttf",
    f"{FONT}-Bold": "site/fonts/NotoSansSC-Bold.ttf",
}


def transcript_pdf(transcript: Transcript) -> bytes:
    """The transcript as a PDF; a character the font lacks is refused by name."""
    html = render_to_string(
        "courses/transcript.html", {"transcript": transcript, "font": FONT}
    )
    known = _fonts()[FONT].face.charToGlyph
    missing = {char for char in html if not char.isspace() and ord(char) not in known}
    if missing:
        raise MissingGlyph(
            str(MissingGlyph.message)
            + " "
            + ", ".join(f"{char} U+{ord(char):04X}" for char in sorted(missing))
        )
    target = BytesIO()
    pisa.CreatePDF(html, dest=target, encoding="utf-8")
    return target.getvalue()


@cache
def _fonts() -> dict[str, TTFont]:
    """The embedded fonts, registered once per process."""
    fonts = {}
    for name, location in FONT_FILES.items():
        fonts[name] = TTFont(name, str(Path(str(finders.find(location)))))
        pdfmetrics.registerFont(fonts[name])
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FONT, bold, italic, f"{FONT}-Bold" if bold else FONT)
    default.DEFAULT_FONT[FONT.lower()] = FONT
    return fonts


def transcript_xlsx(transcript: Transcript) -> bytes:
    """The transcript as a spreadsheet: one row per course, numbers as numbers."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        sheet = book.create_sheet()
    sheet.title = _("Transcript of training")
    sheet.append([_("Name"), _safe(transcript.name)])
    sheet.append([_("Officer number"), _safe(transcript.officer_number)])
    sheet.append([_("Organisation"), _safe(transcript.organisation)])
    sheet.append([_("Study-time rule"), transcript.rule])
    sheet.append([])
    sheet.append(
        [
            _("Course"),
            _("Aspect"),
            _("Enrolled"),
            _("Lessons learnt"),
            _("Lessons"),
            _("Minutes"),
            _("Completed"),
            _("Evidence"),
        ]
    )
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for line in transcript.lines:
        done = line.completed_at
        sheet.append(
            [
                _safe(line.title),
                line.aspect,
                timezone.localdate(line.enrolled_at),
                line.learnt,
                line.lessons,
                line.minutes,
                timezone.localdate(done) if done else None,
                line.evidence_hash,
            ]
        )
    for column, width in zip("ABCDEFGH", (44, 16, 12, 10, 10, 10, 12, 66), strict=True):
        sheet.column_dimensions[column].width = width
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _safe(text: str) -> str:
    """A cell that a spreadsheet program never takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
