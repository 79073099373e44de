"""Certificates and cards as PDF."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import datetime

import segno
from django.utils.translation import gettext as _

from accounts.documents import missing_glyphs, print_pdf
from accounts.errors import GlyphMissing
from credentials.documents.seal import sealed


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
    content = print_pdf(
        template,
        {
            "c": printed,
            "qr": qr_png(printed.check_url),
            "photo": _data(printed.photo, "image/jpeg") if printed.photo else "",
        },
    )
    return sealed(content)


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
    missing = missing_glyphs(texts)
    if missing:
        message = _("The certificate of %(name)s cannot be printed: no sign for")
        raise GlyphMissing(missing, message % {"name": printed.name})


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


def _data(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
