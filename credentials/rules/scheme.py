"""A scheme version as data: parsed strictly, so that the rules meet no surprise.

Every parameter of a qualification stands here and nowhere in code, because
provinces differ (validity, papers, annual check). Unknown keys are errors: a
misspelt parameter must not silently fall back to a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.enums import Act, QualificationKind, RequirementKind

FUNCTIONS: Mapping[str, frozenset[str]] = {
    QualificationKind.OFFICER: frozenset({"inspect", "lead"}),
    QualificationKind.HEARING_CHAIR: frozenset({"hear"}),
    QualificationKind.LEGAL_REVIEWER: frozenset({"review"}),
    QualificationKind.ENFORCEMENT_SUPERVISOR: frozenset({"supervise"}),
}
"""What the holder of each kind of qualification may do at the gate."""

TWO_PERSON_ALWAYS = frozenset(
    {
        Act.ISSUED,
        Act.REVOKED,
        Act.RENEWED,
        Act.EXTENDED,
        Act.SCOPE_CHANGED,
        Act.REINSTATED,
        Act.RESCINDED,
        Act.FROZEN,
        Act.UNFROZEN,
    }
)
"""Acts that give or give back rights, or end them for good: never by one person."""


class SchemeInvalid(Exception):
    """The parameters of a scheme version do not hold together."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; ``any_of`` names a group of which one is enough.

    ``parameters`` by kind: course_completed: course · study_hours: hours,
    within_days · exam_passed: exam, within_days, score_version, equivalents ·
    simulation_passed: case, count, minimum, within_days, equivalents,
    accept_provisional (a score without the assessor's part) · in_post: body_types · years_in_post: years · no_open_sanction: none.
    """

    code: str
    kind: RequirementKind
    parameters: Mapping[str, Any] = field(default_factory=dict)
    any_of: str = ""
    law: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """All parameters of one scheme version.

    ``check_months`` is how long an annual check (验审) counts, 0 where there is none;
    an unpublished scheme is not answered about in the public register.
    """

    kind: QualificationKind
    sectors: tuple[str, ...]
    methods: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    validity_months: int
    renewal_window_days: int = 180
    grace_days: int = 0
    continuing_hours: int = 0
    check_months: int = 0
    quorum: int = 2
    lead_required: bool = True
    two_person_acts: frozenset[Act] = TWO_PERSON_ALWAYS
    separation_days: int = 365
    issuing_levels: tuple[str, ...] = ("provincial", "city")
    law_basis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: bool = True
    sample: bool = False


_REQUIRED_PARAMETERS: Mapping[str, frozenset[str]] = {
    RequirementKind.COURSE_COMPLETED: frozenset({"course"}),
    RequirementKind.STUDY_HOURS: frozenset({"hours"}),
    RequirementKind.EXAM_PASSED: frozenset({"exam"}),
    RequirementKind.SIMULATION_PASSED: frozenset({"case"}),
    RequirementKind.IN_POST: frozenset(),
    RequirementKind.YEARS_IN_POST: frozenset({"years"}),
    RequirementKind.NO_OPEN_SANCTION: frozenset(),
}
_OPTIONAL_PARAMETERS: Mapping[str, frozenset[str]] = {
    RequirementKind.COURSE_COMPLETED: frozenset({"equivalents"}),
    RequirementKind.STUDY_HOURS: frozenset({"within_days"}),
    RequirementKind.EXAM_PASSED: frozenset(
        {"within_days", "score_version", "equivalents"}
    ),
    RequirementKind.SIMULATION_PASSED: frozenset(
        {"count", "minimum", "within_days", "equivalents", "accept_provisional"}
    ),
    RequirementKind.IN_POST: frozenset({"body_types"}),
    RequirementKind.YEARS_IN_POST: frozenset(),
    RequirementKind.NO_OPEN_SANCTION: frozenset(),
}
_KEYS = frozenset(
    {
        "kind",
        "sectors",
        "methods",
        "requirements",
        "validity_months",
        "renewal_window_days",
        "grace_days",
        "continuing_hours",
        "check_months",
        "quorum",
        "lead_required",
        "two_person_acts",
        "separation_days",
        "issuing_levels",
        "law_basis",
        "published",
        "sample",
    }
)
_REQUIREMENT_KEYS = frozenset({"code", "kind", "parameters", "any_of", "law"})
COUNTS: Mapping[str, tuple[int, int]] = {
    "validity_months": (1, 600),
    "renewal_window_days": (0, 3650),
    "grace_days": (0, 366),
    "continuing_hours": (0, 2000),
    "check_months": (0, 60),
    "quorum": (2, 20),
    "separation_days": (0, 3650),
}
"""Bounds of the whole numbers; a quorum below two would break 行政处罚法第四十二条."""


def parse_scheme(data: Mapping[str, Any]) -> SchemeRules:
    """The rules of a scheme version, or ``SchemeInvalid`` with every problem found."""
    problems: list[str] = [f"unknown: {key}" for key in sorted(set(data) - _KEYS)]
    problems += [
        f"missing: {key}"
        for key in ("kind", "sectors", "methods", "requirements", "validity_months")
        if not data.get(key)
    ]
    problems += _count_problems(data)
    if data.get("kind") and data["kind"] not in QualificationKind.values:
        problems.append(f"kind: {data['kind']}")
    acts = data.get("two_person_acts", [])
    problems += [f"two_person_acts: {act}" for act in acts if act not in Act.values]
    requirements = [
        _requirement(item, problems) for item in data.get("requirements", [])
    ]
    codes = [r.code for r in requirements if r]
    problems += [
        f"twice: {code}" for code in sorted(set(codes)) if codes.count(code) > 1
    ]
    if problems:
        raise SchemeInvalid(problems)
    return SchemeRules(
        kind=QualificationKind(data["kind"]),
        sectors=tuple(data["sectors"]),
        methods=tuple(data["methods"]),
        requirements=tuple(r for r in requirements if r),
        two_person_acts=TWO_PERSON_ALWAYS | {Act(act) for act in acts},
        issuing_levels=tuple(data.get("issuing_levels", ("provincial", "city"))),
        law_basis={k: tuple(v) for k, v in data.get("law_basis", {}).items()},
        lead_required=bool(data.get("lead_required", True)),
        published=bool(data.get("published", True)),
        sample=bool(data.get("sample", False)),
        **{key: int(data[key]) for key in COUNTS if key in data},
    )


def _count_problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    for key, (low, high) in COUNTS.items():
        value = data.get(key, low)
        if isinstance(value, bool) or not isinstance(value, int):
            problems.append(f"{key}: not a whole number")
        elif not low <= value <= high:
            problems.append(f"{key}: not within {low}–{high}")
    return problems


def _requirement(item: Mapping[str, Any], problems: list[str]) -> Requirement | None:
    code, kind = str(item.get("code", "")), item.get("kind", "")
    problems += [f"{code}: unknown: {k}" for k in sorted(set(item) - _REQUIREMENT_KEYS)]
    if not code or kind not in RequirementKind.values:
        problems.append(f"requirement: {code or '?'} {kind or '?'}")
        return None
    parameters = dict(item.get("parameters", {}))
    needed, optional = _REQUIRED_PARAMETERS[kind], _OPTIONAL_PARAMETERS[kind]
    problems += [f"{code}: missing: {k}" for k in sorted(needed - set(parameters))]
    problems += [
        f"{code}: unknown: {k}" for k in sorted(set(parameters) - needed - optional)
    ]
    cases = {parameters.get("case"), *parameters.get("equivalents", ())}
    if kind == RequirementKind.SIMULATION_PASSED and (
        int(parameters.get("count", 1)) > len(cases)
    ):
        problems.append(f"{code}: count: only {len(cases)} different cases are named")
    return Requirement(
        code=code,
        kind=RequirementKind(kind),
        parameters=parameters,
        any_of=str(item.get("any_of", "")),
        law=tuple(item.get("law", ())),
    )
