"""Eligibility in words: what is asked, what there is, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from courses.queries.learning import listed_courses
from courses.registry import activity_kinds
from credentials.enums import RequirementKind as Kind
from credentials.rules.eligibility import Eligibility, RequirementResult
from credentials.rules.scheme import Requirement


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be done: its title and address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One requirement as a person reads it."""

    code: str
    kind: str
    label: str
    have: str
    met: bool
    done_on: datetime | None
    counts_until: datetime | None
    missing: str
    url: str
    action: str
    proofs: tuple[str, ...]
    law: tuple[str, ...]


def conditions_of(answer: Eligibility) -> list[Condition]:
    """Every requirement of an answer in words, with a link to what is missing."""
    places = known_places()
    return [_condition(result, places) for result in answer.results]


def known_places() -> Mapping[str, Place]:
    """Key → title and address of every course, examination and case there is."""
    places = {
        course.key: Place(course.title, course.url or "") for course in listed_courses()
    }
    for kind in activity_kinds().values():
        for activity in kind.choices():
            places[activity.key] = Place(activity.title, activity.url)
    return places


def _condition(result: RequirementResult, places: Mapping[str, Place]) -> Condition:
    requirement = result.requirement
    place = places.get(_key(requirement))
    return Condition(
        code=requirement.code,
        kind=requirement.kind,
        label=label_of(requirement, places),
        have=_have(result),
        met=result.met,
        done_on=result.done_on,
        counts_until=result.counts_until,
        missing="" if result.met else _missing(result),
        url=""
        if result.met
        else (place.url if place else _FALLBACK.get(requirement.kind, "")),
        action="" if result.met else str(_action(requirement.kind)),
        proofs=tuple(p.content_hash for p in result.proofs),
        law=requirement.law,
    )


_FALLBACK: Mapping[str, str] = {
    Kind.STUDY_HOURS: "/learn/",
    Kind.COURSE_COMPLETED: "/learn/",
    Kind.EXAM_PASSED: "/exams/",
    Kind.SIMULATION_PASSED: "/simulator/",
}


def _key(requirement: Requirement) -> str:
    for name in ("course", "exam", "case"):
        if name in requirement.parameters:
            return str(requirement.parameters[name])
    return ""


def label_of(requirement: Requirement, places: Mapping[str, Place]) -> str:
    """What is asked, in words."""
    place, values = places.get(_key(requirement)), requirement.parameters
    title = place.title if place else _key(requirement)
    match requirement.kind:
        case Kind.COURSE_COMPLETED:
            return _("Complete the course “%(title)s”") % {"title": title}
        case Kind.STUDY_HOURS:
            if values.get("within_days"):
                return _("At least %(hours)s study hours within %(days)s days") % {
                    "hours": values["hours"],
                    "days": values["within_days"],
                }
            return _("At least %(hours)s study hours") % {"hours": values["hours"]}
        case Kind.EXAM_PASSED:
            return _("Pass the examination “%(title)s”") % {"title": title}
        case Kind.SIMULATION_PASSED:
            return _("Pass the simulated inspection “%(title)s” without a veto") % {
                "title": title
            }
        case Kind.IN_POST:
            return _("In post in an enforcing body")
        case Kind.YEARS_IN_POST:
            return _("At least %(years)s years in post") % {"years": values["years"]}
        case Kind.NO_OPEN_SANCTION:
            return _("No qualification suspended")


def _have(result: RequirementResult) -> str:
    match result.requirement.kind:
        case Kind.STUDY_HOURS:
            return _("%(have)s of %(need)s hours") % {
                "have": f"{result.have:.1f}",
                "need": f"{result.need:g}",
            }
        case Kind.YEARS_IN_POST:
            return _("%(years)s years") % {"years": f"{result.have:.1f}"}
        case Kind.SIMULATION_PASSED:
            return _("%(have)s of %(need)s passed") % {
                "have": int(result.have),
                "need": int(result.need),
            }
        case Kind.IN_POST:
            return _("In post") if result.met else _("Not in post today")
        case Kind.NO_OPEN_SANCTION:
            return _("None") if result.met else _("A suspension is in force")
        case _:
            return _("Done") if result.met else _("Not yet")


def _missing(result: RequirementResult) -> str:
    if result.requirement.kind == Kind.STUDY_HOURS:
        return _("%(hours)s hours missing") % {
            "hours": f"{result.need - result.have:.1f}"
        }
    if result.requirement.kind == Kind.SIMULATION_PASSED:
        left = int(result.need - result.have)
        return ngettext("%(count)s missing", "%(count)s missing", left) % {
            "count": left
        }
    return pgettext("requirement", "Not done")


def _action(kind: str) -> str:
    return {
        Kind.COURSE_COMPLETED: _("Go to the course"),
        Kind.STUDY_HOURS: pgettext("study hours", "Go on learning"),
        Kind.EXAM_PASSED: _("Go to the examination"),
        Kind.SIMULATION_PASSED: _("Begin the inspection"),
        Kind.IN_POST: _("Ask the administrator of your organisation"),
        Kind.YEARS_IN_POST: _("Only time helps here"),
        Kind.NO_OPEN_SANCTION: _("Have the suspension ended first"),
    }[Kind(kind)]
