"""Words of the register in templates."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credentials.enums import Act, QualificationState
from credentials.queries.register import zone

register = template.Library()

_STATES = {
    QualificationState.ACTIVE: ("ok", "check"),
    QualificationState.SUSPENDED: ("bad", "pause"),
    QualificationState.REVOKED: ("bad", "ban"),
    QualificationState.EXPIRED: ("warn", "clock"),
    QualificationState.SURRENDERED: ("idle", "ban"),
    QualificationState.PENDING: ("idle", "clock"),
    QualificationState.ABSENT: ("idle", "lock"),
}
_ACTS = {
    Act.ISSUED: ("info", "card"),
    Act.SUSPENDED: ("bad", "pause"),
    Act.REVOKED: ("bad", "ban"),
    Act.SURRENDERED: ("idle", "ban"),
    Act.REINSTATED: ("info", "refresh"),
    Act.RENEWED: ("info", "refresh"),
}


@register.filter
def state_tone(state: str) -> str:
    """The tone of a state: ok, bad, warn or idle."""
    return _STATES[QualificationState(state)][0]


@register.filter
def state_icon(state: str) -> str:
    """The sign of a state; always beside its word."""
    return _STATES[QualificationState(state)][1]


@register.filter
def state_label(state: str) -> str:
    """The word of a state."""
    return str(QualificationState(state).label)


@register.filter
def act_tone(act: str) -> str:
    """The tone of an act's badge."""
    return _ACTS.get(Act(act), ("info", "doc"))[0]


@register.filter
def act_icon(act: str) -> str:
    """The sign of an act."""
    return _ACTS.get(Act(act), ("info", "doc"))[1]


@register.simple_tag
def day(moment: datetime | None) -> SafeString | str:
    """A date that never breaks: 2026年11月23日."""
    if moment is None:
        return "—"
    local = moment.astimezone(zone())
    return format_html(
        '<time class="nowrap" datetime="{}">{}</time>',
        local.date().isoformat(),
        _("%(year)s-%(month)s-%(day)s")
        % {"year": local.year, "month": local.month, "day": local.day},
    )


@register.simple_tag
def left(until: datetime, now: datetime) -> str:
    """What is left until a moment, in days."""
    days = max(
        0, (until.astimezone(zone()).date() - now.astimezone(zone()).date()).days
    )
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}


@register.simple_tag
def waited(since: datetime, now: datetime) -> str:
    """How long something has waited, in the largest fitting unit."""
    minutes = int((now - since).total_seconds()) // 60
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {
            "count": minutes
        }
    if minutes < 24 * 60:
        hours = minutes // 60
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = minutes // (24 * 60)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
