"""Template tags of the whole site (loaded everywhere)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.enums import ADMIN_SITE_ROLES, Role

register = template.Library()

DESKS = (
    ({Role.CERTIFICATION_OFFICER}, "credentials:approvals", _("Approvals")),
    ({Role.INVIGILATOR, Role.ASSESSOR}, "exams:sessions", _("Exam sessions")),
    ({Role.SUPERVISOR}, "credentials:overview", _("Supervision")),
    ({Role.ORGANISATION_ADMIN}, "accounts:people", _("My people")),
    (ADMIN_SITE_ROLES, "wagtailadmin_home", _("Staff area")),
)


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


@dataclass(frozen=True)
class Desk:
    """A place where staff work: its address and its name."""

    url: str
    label: str


@register.filter
def desks(roles: Iterable[Role]) -> list[Desk]:
    """The places that these roles open, in the order of daily work."""
    held = set(roles)
    return [
        Desk(reverse(name), str(label))
        for opens_for, name, label in DESKS
        if opens_for & held
    ]
