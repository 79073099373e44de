"""The transcript of training as a file: PDF with our own font, and spreadsheet."""

from __future__ import annotations

from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from accounts.documents import print_pdf
from courses.data import Transcript


def transcript_pdf(transcript: Transcript) -> bytes:
    """The transcript as a PDF; raises GlyphMissing for a character the font lacks."""
    return print_pdf("courses/transcript.html", {"transcript": transcript})


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
