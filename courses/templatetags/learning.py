"""Template tags of lessons: live citations, article cards, numbers as words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.rich_text import RichText, expand_db_html

from courses.citations import int_to_cn, parse_key
from courses.data import Resolution
from courses.queries.law_links import link_citations
from courses.queries.lesson_law import LessonLaw, explain_dated, law_of

register = template.Library()


def _law(page: Any) -> LessonLaw:
    """The law of the page being shown, looked up at its first use and kept with it."""
    law: LessonLaw | None = getattr(page, "shown_law", None)
    if law is None:
        law = law_of(page, getattr(page, "law_as_of", None) or timezone.localdate())
        page.shown_law = law
    return law


@register.filter
def cited(value: Any, page: Any) -> SafeString:
    """Rich text or plain text with every citation in it turned into a live link."""
    law = _law(page)
    if isinstance(value, RichText):
        html = mark_safe(expand_db_html(value.source))  # noqa: S308 -- Wagtail's whitelist
        return link_citations(html, law.on, resolver=law.resolve)
    return link_citations(str(value), law.on, resolver=law.resolve)


@register.simple_tag
def quoted_article(key: str, page: Any) -> Resolution:
    """The article of a citation block as of the page's law date."""
    law = _law(page)
    return law.resolve([parse_key(key)], law.on)[0]


@register.simple_tag
def dated_article(value: str) -> Resolution:
    """One side of a comparison of editions."""
    return explain_dated(value)


@register.simple_tag
def cited_places(page: Any) -> list[Resolution]:
    """Every place a lesson quotes or mentions, once."""
    return _law(page).cited()


@register.filter
def unit_words(key: str) -> str:
    """The article without its law: AQSCF:97.1.6 → 第九十七条第一款第（六）项."""
    return parse_key(key).unit_text


@register.filter
def law_words(key: str) -> str:
    """The law without the article: AQSCF:97.1.6 → 《安全生产法》."""
    place = parse_key(key)
    return place.text.removesuffix(place.unit_text)


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
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    if not minutes:
        return _("%(seconds)d s") % {"seconds": seconds}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}


@register.filter
def days_left(day: date) -> int:
    """Days from today until a deadline; negative when it is over."""
    return (day - timezone.localdate()).days
