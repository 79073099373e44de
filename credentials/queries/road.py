"""The road of one trainee to a qualification: five stations and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.queries import organisation_of
from credentials.enums import ProposalState, QualificationState
from credentials.enums import RequirementKind as Kind
from credentials.models import Proposal, Qualification, Scheme, SchemeVersion
from credentials.queries.evidence import eligibility_of
from credentials.queries.explain import Condition, conditions_of
from credentials.queries.register import scheme_version_in_effect, zone
from credentials.rules.scheme import SchemeRules


@dataclass(frozen=True, slots=True)
class Station:
    """One station: ``state`` is done, now, open or locked."""

    code: str
    name: str
    state: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class Road:
    """All the home page of a trainee shows."""

    scheme: Scheme
    version: SchemeVersion
    rules: SchemeRules
    body: Organisation | None
    stations: tuple[Station, ...]
    conditions: tuple[Condition, ...]
    steps_left: int
    next_condition: Condition | None
    qualification: Qualification | None
    proposal: Proposal | None


def schemes_open_to(officer: User, at: datetime) -> list[Scheme]:
    """Schemes of the officer's own body and of those above it."""
    body = organisation_of(officer, at.astimezone(zone()).date())
    if body is None:
        return []
    above = [body.path[: n * body.steplen] for n in range(1, body.depth + 1)]
    return list(
        Scheme.objects.filter(organisation__path__in=above).select_related(
            "organisation"
        )
    )


def road_of(officer: User, scheme: Scheme, *, now: datetime) -> Road | None:
    """How far the officer is on the way; None while the scheme has no version."""
    version = scheme_version_in_effect(scheme, now)
    if version is None:
        return None
    answer = eligibility_of(officer, version, at=now)
    conditions = tuple(conditions_of(answer))
    qualification = (
        Qualification.objects.filter(officer=officer, scheme=scheme)
        .order_by("-valid_to")
        .first()
    )
    proposal = Proposal.objects.filter(
        officer=officer, scheme=scheme, state=ProposalState.WAITING
    ).first()
    holds = qualification is not None and qualification.valid_to > now
    missing = [c for c in conditions if not c.met]
    return Road(
        scheme=scheme,
        version=version,
        rules=version.rules(),
        body=organisation_of(officer, now.astimezone(zone()).date()),
        stations=_stations(conditions, qualification, proposal, now),
        conditions=conditions,
        steps_left=0 if holds else len(missing) + 1,
        next_condition=next((c for c in missing if c.url), None),
        qualification=qualification,
        proposal=proposal,
    )


def _stations(
    conditions: Sequence[Condition],
    qualification: Qualification | None,
    proposal: Proposal | None,
    now: datetime,
) -> tuple[Station, ...]:
    learn = _of(conditions, Kind.COURSE_COMPLETED, Kind.STUDY_HOURS)
    exam = _of(conditions, Kind.EXAM_PASSED)
    simulation = _of(conditions, Kind.SIMULATION_PASSED)
    learnt, examined = _met(learn), _met(exam)
    stations = [
        _station("learn", _("Learn"), learn, now=not learnt),
        Station(
            "practise",
            _("Practise"),
            "done" if examined and learnt else "open",
            _("Passed on") if examined and learnt else _("Open at any time"),
            _("Questions on all seven aspects, with explanations"),
        ),
        _station("exam", _("Examination"), exam, now=learnt and not examined),
        _station(
            "simulate",
            _("Simulated inspection"),
            simulation,
            now=learnt and examined and not _met(simulation),
        ),
        _last_station(conditions, qualification, proposal, now),
    ]
    return tuple(stations)


def _station(
    code: str, name: str, conditions: Sequence[Condition], *, now: bool
) -> Station:
    done = _met(conditions)
    state = "done" if done else "now" if now else "open"
    status = {
        "done": _("Done"),
        "now": _("Your turn"),
        "open": _("Still to do"),
    }[state]
    return Station(code, name, state, status, _("; ").join(c.have for c in conditions))


def _last_station(
    conditions: Sequence[Condition],
    qualification: Qualification | None,
    proposal: Proposal | None,
    now: datetime,
) -> Station:
    name = _("Qualification")
    if qualification is not None and qualification.closed_at is None:
        if qualification.suspended_since and qualification.suspended_since <= now:
            return Station(
                "qualification",
                name,
                "now",
                str(QualificationState.SUSPENDED.label),
                qualification.number,
            )
        if qualification.valid_to > now:
            return Station(
                "qualification", name, "done", _("Obtained"), qualification.number
            )
    if proposal is not None:
        return Station(
            "qualification",
            name,
            "open",
            _("Proposed"),
            _("Waiting for the second signature"),
        )
    if all(c.met for c in conditions):
        return Station(
            "qualification",
            name,
            "open",
            _("Can be proposed"),
            _("A certification officer makes the proposal, a second one decides"),
        )
    return Station(
        "qualification",
        name,
        "locked",
        _("After the four stations"),
        _("Two people decide"),
    )


def _of(conditions: Sequence[Condition], *kinds: str) -> list[Condition]:
    return [c for c in conditions if c.kind in kinds]


def _met(conditions: Sequence[Condition]) -> bool:
    return all(c.met for c in conditions)
