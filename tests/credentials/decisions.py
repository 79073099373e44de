"""The smallest register that permits a team, to be spoilt one way at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from credentials.data import (
    BodyRecord,
    Member,
    OfficerRecord,
    PostRecord,
    QualificationRecord,
    Question,
    RegisterView,
    SchemeTerms,
    StatusChange,
    Task,
)
from credentials.rules.decision import decide

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = 365 * DAY
COUNTY, CITY, PROVINCE, ELSEWHERE = "970121", "970100", "970000", "970122"
SCHEME = "hazchem-emergency"


def qualification(**changes) -> QualificationRecord:
    made = QualificationRecord(
        qualification_id="q-1",
        scheme=SCHEME,
        scheme_version=1,
        sectors=frozenset({"hazchem"}),
        methods=frozenset(
            {"focused", "special", "random", "unannounced", "cross_area"}
        ),
        divisions=frozenset({COUNTY}),
        valid_from=NOW - YEAR,
        valid_to=NOW + YEAR,
        changes=(StatusChange("active", NOW - YEAR, NOW - YEAR),),
        issuer_id="org-city",
        issuer_division=CITY,
    )
    return replace(made, **changes)


def standing(status: str, since: datetime = NOW - DAY, **more) -> tuple:
    """The history of a qualification that was issued and then moved."""
    issue = StatusChange("active", NOW - YEAR, NOW - YEAR)
    return (issue, StatusChange(status, since, since, **more))


def post(**changes) -> PostRecord:
    made = PostRecord(
        organisation_id="org-county",
        division=COUNTY,
        body_type="supervising_department",
        since=NOW - YEAR,
    )
    return replace(made, **changes)


def officer(officer_id: str, *held: QualificationRecord, **changes) -> OfficerRecord:
    made = OfficerRecord(
        officer_id=officer_id,
        person_id=officer_id,
        posts=(post(),),
        qualifications=held or (qualification(),),
    )
    return replace(made, **changes)


def scheme(**changes) -> SchemeTerms:
    made = SchemeTerms(
        scheme=SCHEME,
        version=1,
        sectors=frozenset({"hazchem"}),
        methods=frozenset({"focused"}),
        digest="sha256:0",
        functions=frozenset({"inspect", "lead", "hear", "review"}),
    )
    return replace(made, **changes)


def register(*officers: OfficerRecord, **changes) -> RegisterView:
    made = RegisterView(
        revision=7,
        officers={record.officer_id: record for record in officers},
        schemes={SCHEME: scheme()},
        bodies={"org-city": BodyRecord("org-city", CITY, "supervising_department")},
    )
    return replace(made, **changes)


TASK = Task("annual_plan", "2026-0123", approved=True)


def question(**changes) -> Question:
    made = Question(
        action="open_inspection",
        members=(Member("a", "lead"), Member("b", "member")),
        team=True,
        sector="hazchem",
        method="focused",
        division=COUNTY,
        site="ent-1",
        inspection="case-1",
        task=TASK,
        at=NOW,
    )
    return replace(made, **changes)


def answer(asked: Question, held: RegisterView, *, areas=(PROVINCE,), now=NOW):
    return decide(asked, held, now=now, client_divisions=frozenset(areas))
