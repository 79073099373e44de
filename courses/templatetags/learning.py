"""Template tags of lessons: live citations, article cards, numbers as words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.rich_text import expand_db_html

from courses.citations import Citation, int_to_cn, parse_citations, parse_key
from courses.rules.places import split_dated_key

register = template.Library()

_TAG = re.compile(r"(<[^>]+>)")


@register.filter
def cited(html: Any, law_as_of: date | None = None) -> SafeString:
    """Rich text or plain text with every citation in it turned into a live link."""
    source = str(
        expand_db_html(html.source)
        if hasattr(html, "source")
        else conditional_escape(html)
    )
    parts: list[str] = []
    inside_link = 0
    for part in _TAG.split(source):
        if part.startswith("<"):
            inside_link += part.startswith("<a ") - part.startswith("</a")
            parts.append(part)
        elif inside_link:
            parts.append(part)
        else:
            parts.append(_link(unescape(part), law_as_of))
    return mark_safe("".join(parts))  # noqa: S308 -- every text part is escaped above


def _link(text: str, law_as_of: date | None) -> str:
    parts: list[str] = []
    done = 0
    for citation in parse_citations(text):
        if citation.start < done or not citation.law:
            continue
        parts.append(escape(text[done : citation.start]))
        parts.append(
            format_html(
                '<a class="cite" href="{}">{}</a>',
                place_url(citation.key, law_as_of),
                text[citation.start : citation.end],
            )
        )
        done = citation.end
    parts.append(escape(text[done:]))
    return "".join(parts)


@register.simple_tag
def place_url(key: str, law_as_of: date | None = None) -> str:
    """The address of a place in the law library as of a day."""
    try:
        address = reverse("law:cite", args=[key])
    except NoReverseMatch:
        return "/law/"
    return f"{address}?{urlencode({'on': law_as_of})}" if law_as_of else address


@register.simple_tag
def place(key: str, law_as_of: date | None = None) -> dict[str, Any]:
    """A place for an article card: its words, its law, its text as of a day."""
    citation = parse_key(key)
    return {
        "citation": citation,
        "unit": citation.unit_text,
        "law": citation.text.removesuffix(citation.unit_text),
        "url": place_url(key, law_as_of),
        "article": None,
        "day": law_as_of,
    }


@register.simple_tag
def dated_place(value: str) -> dict[str, Any]:
    """Like `place`, from a key that carries its own day."""
    key, day = split_dated_key(value)
    return place(key, day)


@register.simple_tag
def cited_places(body: Any, law_as_of: date | None = None) -> list[dict[str, Any]]:
    """Every place a lesson quotes in cards or mentions in its text, once, in order."""
    found: dict[str, Citation] = {}
    for key in _quoted(body):
        citation = parse_key(key)
        found.setdefault(citation.key, citation)
    return [place(key, law_as_of) for key in found]


def _quoted(body: Any) -> list[str]:
    return [block.value["ref"] for block in body if block.block_type == "citation"]


@register.filter
def chinese_number(number: int) -> str:
    """1 → 一: headings of a lesson are counted as laws are."""
    return int_to_cn(number)


@register.filter
def letter(number: int) -> str:
    """0 → A: answers are lettered."""
    return "ABCDEFGHIJ"[number]


@register.filter
def spoken(duration: timedelta) -> str:
    """A duration in words: 11 minutes 20 seconds."""
    seconds = int(duration.total_seconds())
    minutes, seconds = divmod(seconds, 60)
    if not minutes:
        return _("%(seconds)d seconds") % {"seconds": seconds}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}


@register.filter
def days_left(day: date) -> int:
    """Days from today until a deadline; negative when it is over."""
    return (day - timezone.localdate()).days
