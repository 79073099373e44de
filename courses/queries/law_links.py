"""Citations in running text as links with a preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from courses.citations import Citation, CitationContext, parse_citations
from courses.data import Resolution
from courses.queries.law import explain_many

Resolver = Callable[[Sequence[Citation], date], list[Resolution]]

_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_OPENS = re.compile(r"<(a|button|script|style|code|pre|svg)\b", re.IGNORECASE)
_CLOSES = re.compile(r"</(a|button|script|style|code|pre|svg)\b", re.IGNORECASE)


def citations_in(html: str) -> list[Citation]:
    """The citations in the words of a piece of HTML."""
    return parse_citations("".join(text for _, text in text_pieces(html)))


def link_citations(
    html_or_text: str,
    on: date,
    context: CitationContext | str | None = None,
    resolver: Resolver = explain_many,
) -> SafeString:
    """Turn the citations in a text into links to the article as of a day.

    A page of many texts passes a `resolver` that has looked all of them up at once.

    Safe HTML stays HTML; anything else is taken for text and escaped. A citation
    that does not resolve stays as it is: ``check_citations`` reports it.
    """
    html = (
        html_or_text if isinstance(html_or_text, SafeString) else escape(html_or_text)
    )
    pieces = list(text_pieces(html))
    plain = "".join(text for _, text in pieces)
    found = parse_citations(plain, context)
    resolved = resolver(found, on)
    links: dict[int, tuple[Citation, str]] = {}
    for place, answer in zip(found, resolved, strict=True):
        if answer.found is not None and place.start not in links:
            links[place.start] = (
                place,
                format_html(
                    '<a class="cite" href="{}" data-cite="{}" data-on="{}">',
                    answer.found.url,
                    answer.found.key,
                    on.isoformat(),
                ),
            )
    return mark_safe(_insert(html, pieces, links))  # noqa: S308 -- built from escaped parts


def text_pieces(html: str) -> Iterator[tuple[int, str]]:
    """Offset and text of every stretch of text outside tags and outside links."""
    position = depth = 0
    for tag in _TAG.finditer(html):
        if depth == 0 and tag.start() > position:
            yield position, html[position : tag.start()]
        if _OPENS.match(tag.group()) and not tag.group().endswith("/>"):
            depth += 1
        elif _CLOSES.match(tag.group()):
            depth = max(0, depth - 1)
        position = tag.end()
    if depth == 0 and position < len(html):
        yield position, html[position:]


def _insert(
    html: str, pieces: list[tuple[int, str]], links: dict[int, tuple[Citation, str]]
) -> str:
    out = []
    written = offset = 0
    for start, text in pieces:
        for begin in sorted(links):
            place, opening = links[begin]
            if offset <= begin and place.end <= offset + len(text):
                at = start + begin - offset
                end = start + place.end - offset
                if at < written:
                    continue
                out += [html[written:at], opening, html[at:end], "</a>"]
                written = end
        offset += len(text)
    out.append(html[written:])
    return "".join(out)
