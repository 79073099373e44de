"""Template tags of the simulator's screens."""

from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from courses.enums import Aspect, Method, Sector
from simulator.enums import Bot
from simulator.queries import words_of

register = template.Library()

MARKS = {
    "violation": ("bad", "flag"),
    "compliant": ("ok", "check"),
    "not_applicable": ("idle", "minus"),
}


@register.simple_tag(takes_context=True)
def act_fields(
    context: dict[str, Any], verb: str = "", object_id: str = ""
) -> SafeString:
    """The hidden inputs of an act: what, on what, its own id, and what was seen.

    The id makes a double click or a resend from a flaky phone harmless.
    """
    fields = [
        ("client_event_id", uuid4().hex),
        ("seen", str(context["run"].head_seq)),
        ("screen", context.get("screen", "")),
    ]
    if verb:
        fields.append(("verb", verb))
    if object_id:
        fields.append(("object", object_id))
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}',
        context.get("csrf_token", ""),
        format_html_join("", '<input type="hidden" name="{}" value="{}">', fields),
    )


@register.filter
def citation(key: str) -> str:
    """A canonical key in words; what is no key stays as it is."""
    return words_of(key)


@register.filter
def citations(keys: list[str]) -> str:
    """Several keys, one per line, as they are typed into the form."""
    return "\n".join(citation(key) for key in keys)


@register.filter
def aspect_label(code: str) -> str:
    """The name of an aspect."""
    return str(Aspect(code).label)


@register.filter
def method_label(code: str) -> str:
    """The name of an inspection method; empty while none is chosen."""
    return str(Method(code).label) if code else ""


@register.filter
def sector_label(code: str) -> str:
    """The name of a sector."""
    return str(Sector(code).label)


@register.filter
def mark_state(mark: str) -> str:
    """The state class of a mark."""
    return MARKS[mark][0]


@register.filter
def mark_icon(mark: str) -> str:
    """The icon of a mark; it always stands beside the word."""
    return MARKS[mark][1]


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    """A value of a mapping by a key known only in the template."""
    return mapping.get(key, "")


@register.filter
def bot_name(name: str) -> str:
    """A simulated candidate in words; one of an earlier edition as it was called."""
    return str(Bot(name).label) if name in Bot.values else name
