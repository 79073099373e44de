"""Showing law in templates: ``{% load law %}``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from courses.citations import parse_key
from courses.queries.law import explain
from courses.queries.law_links import link_citations

register = template.Library()


@register.inclusion_tag("courses/_article_card.html")
def article_card(key: str, on: date | None = None, note: str = "") -> dict[str, Any]:
    """A live, dated article: {% article_card "AQSCF:97.1.6" law_as_of %}."""
    day = on or timezone.localdate()
    answer = explain(key, day)
    return {"answer": answer, "article": answer.found, "on": day, "note": note}


@register.filter
def citation_words(key: str) -> str:
    """A canonical key in words: {{ "AQSCF:97.1.6"|citation_words }}."""
    try:
        return parse_key(key).text
    except ValueError:
        return key


@register.filter
def cite_links(text: str, on: date | None = None) -> SafeString:
    """Citations in a text as links: {{ text|cite_links:law_as_of }}."""
    return link_citations(text, on or timezone.localdate())
