"""A scheme version as a person reads it: its terms and conditions in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.enums import Level
from courses.citations import parse_key
from courses.enums import Method, Sector
from credentials.enums import Act
from credentials.queries.explain import known_places, label_of
from credentials.rules.scheme import SchemeRules


@dataclass(frozen=True, slots=True)
class WordedTerm:
    """One parameter: what it is called, what it says, and the law it rests on."""

    label: str
    value: str
    law: str


@dataclass(frozen=True, slots=True)
class WordedRequirement:
    """One requirement; of those with the same ``group`` one is enough."""

    label: str
    group: str
    law: str


def terms_of(rules: SchemeRules) -> list[WordedTerm]:
    """Every parameter but the requirements."""
    values = {
        "kind": (_("Qualification"), str(rules.kind.label)),
        "sectors": (_("Sectors"), _labels(Sector, rules.sectors)),
        "methods": (_("Methods"), _labels(Method, rules.methods)),
        "validity_months": (_("Term"), _months(rules.validity_months)),
        "renewal_window_days": (
            _("Renewal"),
            _("within the last %(n)s days of the term")
            % {"n": rules.renewal_window_days},
        ),
        "grace_days": (_("Grace after the term"), _days(rules.grace_days)),
        "continuing_hours": (_("Study hours a year"), _hours(rules.continuing_hours)),
        "check_months": (_("An annual check counts for"), _months(rules.check_months)),
        "quorum": (_("Team"), _team(rules)),
        "separation_days": (
            _("Separation"),
            _(
                "Whoever taught or examined somebody does not decide on them for %(n)s days"
            )
            % {"n": rules.separation_days},
        ),
        "issuing_levels": (
            _("Issued by bodies of level"),
            _labels(Level, rules.issuing_levels),
        ),
        "two_person_acts": (
            _("Signed by two people"),
            _labels(Act, rules.two_person_acts),
        ),
        "published": (
            _("Public register"),
            _("answers about it") if rules.published else _("does not answer about it"),
        ),
    }
    return [
        WordedTerm(label, value, law_in_words(rules.law_basis.get(name, ())))
        for name, (label, value) in values.items()
    ]


def conditions_asked(rules: SchemeRules) -> list[WordedRequirement]:
    """Every requirement, as the officer reads it."""
    places = known_places()
    return [
        WordedRequirement(
            label_of(asked, places), asked.any_of, law_in_words(asked.law)
        )
        for asked in rules.requirements
    ]


def codes_in_words(rules: SchemeRules) -> dict[str, str]:
    """Code of a requirement, sector or method → its words."""
    places = known_places()
    return {
        **{asked.code: label_of(asked, places) for asked in rules.requirements},
        **{sector.value: str(sector.label) for sector in Sector},
        **{method.value: str(method.label) for method in Method},
    }


def law_in_words(keys: Iterable[str]) -> str:
    """``XZCFF:42.1`` → 《行政处罚法》第四十二条第一款, joined."""
    return "、".join(parse_key(key).text for key in keys)


def _labels(choices: type[Sector | Method | Level | Act], values: Iterable[str]) -> str:
    chosen = set(values)
    return "、".join(str(choice.label) for choice in choices if choice.value in chosen)


def _months(n: int) -> str:
    return ngettext("%(n)s month", "%(n)s months", n) % {"n": n} if n else _none()


def _days(n: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n} if n else _none()


def _hours(n: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n} if n else _none()


def _none() -> str:
    return pgettext("parameter of a scheme", "none")


def _team(rules: SchemeRules) -> str:
    team = _("at least %(n)s qualified officers") % {"n": rules.quorum}
    return team + (_(", one of them the leader") if rules.lead_required else "")
