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
TABLE_RULE = re.compile(r"\|(\s*:?-{3,}:?\s*\|)+")
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
    """Paragraphs, line breaks, **strong** and | tables |; everything else is escaped."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return mark_safe("".join(map(_block, blocks)))  # noqa: S308 -- each block is escaped


def _block(block: str) -> str:
    lines = [
        STRONG.sub(r"<strong>\1</strong>", line) for line in escape(block).split("\n")
    ]
    if len(lines) < 2 or not TABLE_RULE.fullmatch(lines[1].strip()):
        return f"<p>{'<br>'.join(lines)}</p>"
    head, _rule, *body = (
        [c.strip() for c in ln.strip().strip("|").split("|")] for ln in lines
    )
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in body)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="sit__scroll" tabindex="0">{table}</div>'


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
