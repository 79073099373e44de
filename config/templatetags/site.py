"""Template tags of the whole site (loaded everywhere)."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the sprite; always put a word beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("site/img/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], prefix: str) -> SafeString:
    """`aria-current="page"` when the page's path starts with `prefix`."""
    request = context.get("request")
    path = request.path if request else ""
    here = path == "/" if prefix == "/" else path.startswith(prefix)
    return SafeString('aria-current="page"' if here else "")
