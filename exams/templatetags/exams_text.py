"""How texts of items and exhibits become HTML."""

from __future__ import annotations

import base64
import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from exams.enums import Markup
from exams.formats.html import clean_html

register = template.Library()

BLANK = re.compile(r"_{3,}")
STRONG = re.compile(r"\*\*(.+?)\*\*")


@register.filter
def item_text(text: str, markup: str = Markup.PLAIN) -> SafeString:
    """A stem or option. Plain text is escaped, HTML cleaned again at the door."""
    if markup == Markup.HTML:
        return mark_safe(clean_html(text))  # noqa: S308 -- cleaned one line above
    shown = BLANK.sub("＿＿＿＿", escape(text).replace("\n", "<br>"))  # noqa: RUF001
    return mark_safe(shown)  # noqa: S308 -- escaped one line above


@register.filter
def exhibit_text(text: str) -> SafeString:
    """Paragraphs, line breaks and **strong**; everything else is escaped."""
    paragraphs = [
        STRONG.sub(r"<strong>\1</strong>", escape(block)).replace("\n", "<br>")
        for block in re.split(r"\n\s*\n", text.strip())
        if block.strip()
    ]
    return mark_safe("".join(f"<p>{block}</p>" for block in paragraphs))  # noqa: S308


@register.filter
def svg_source(svg: str) -> str:
    """A drawing as the source of an image: as an image it can run nothing."""
    encoded = base64.b64encode(svg.encode()).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"


@register.filter
def lookup(names: dict[str, str], key: str) -> str:
    """The words for a key."""
    return names.get(key, key)


@register.filter
def at(texts: list[str], place: int) -> str:
    """The entry at a place of a list."""
    return texts[place]


@register.filter
def large_number(number: int) -> str:
    """A count in full up to a million, and by its power of ten beyond."""
    if number < 1_000_000:
        return f"{number:,}"
    digits = len(str(number)) - 1
    return f"{number / 10**digits:.1f} × 10^{digits}"
