"""Every kind of requirement, met and missing, and what the answer explains."""

from datetime import UTC, date, datetime, timedelta

import pytest

from credentials.enums import RequirementKind as Kind
from credentials.rules.eligibility import (
    CourseEvidence,
    Evidence,
    ExamEvidence,
    PostEvidence,
    RunEvidence,
    assess,
    periods_asked,
)
from credentials.rules.scheme import SchemeInvalid, parse_scheme

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def scheme(*requirements, **changes):
    return parse_scheme(
        {
            "kind": "officer",
            "sectors": ["hazchem"],
            "methods": ["focused"],
            "validity_months": 60,
            "requirements": list(requirements),
            **changes,
        }
    )


def requirement(kind, code="r", any_of="", **parameters):
    return {"code": code, "kind": kind, "parameters": parameters, "any_of": any_of}


def exam(**changes):
    values = {
        "exam": "law",
        "reference": "s1",
        "passed": True,
        "points": 84.0,
        "maximum": 100.0,
        "score_version": "1",
        "released_at": NOW - 10 * DAY,
        "evidence_hash": "aa",
    }
    return ExamEvidence(**values | changes)


def run(**changes):
    values = {
        "case": "store",
        "reference": "r1",
        "passed": True,
        "score": 79.0,
        "vetoes": 0,
        "provisional": False,
        "scored_at": NOW - 5 * DAY,
        "evidence_hash": "bb",
    }
    return RunEvidence(**values | changes)


def post(since=date(2024, 1, 1), until=None, body_type="enforcement_body"):
    return PostEvidence("org", body_type, since, until)


COURSE = requirement(Kind.COURSE_COMPLETED, course="basic", equivalents=["old-basic"])
HOURS = requirement(Kind.STUDY_HOURS, hours=40, within_days=365)
EXAM = requirement(
    Kind.EXAM_PASSED, exam="law", within_days=730, equivalents=["old-law"]
)
PINNED = requirement(Kind.EXAM_PASSED, exam="law", score_version="2")
RUN = requirement(Kind.SIMULATION_PASSED, case="store", minimum=62)
LENIENT = requirement(Kind.SIMULATION_PASSED, case="store", accept_provisional=True)
RUNS = requirement(Kind.SIMULATION_PASSED, case="store", count=2, equivalents=["depot"])
POST = requirement(Kind.IN_POST, body_types=["enforcement_body"])
YEARS = requirement(Kind.YEARS_IN_POST, years=2)
CLEAN = requirement(Kind.NO_OPEN_SANCTION)
done = CourseEvidence("basic", NOW - DAY, "cc")

CASES = [
    (COURSE, Evidence(courses=[done]), True),
    (COURSE, Evidence(courses=[CourseEvidence("old-basic", NOW, "cc")]), True),
    (COURSE, Evidence(courses=[CourseEvidence("other", NOW, "cc")]), False),
    (COURSE, Evidence(courses=[CourseEvidence("basic", NOW + DAY, "cc")]), False),
    (COURSE, Evidence(), False),
    (HOURS, Evidence(minutes_since={NOW - 365 * DAY: 2400}), True),
    (HOURS, Evidence(minutes_since={NOW - 365 * DAY: 2399}), False),
    (EXAM, Evidence(exams=[exam()]), True),
    (EXAM, Evidence(exams=[exam(exam="old-law")]), True),
    (EXAM, Evidence(exams=[exam(passed=False)]), False),
    (EXAM, Evidence(exams=[exam(annulled=True)]), False),
    (EXAM, Evidence(exams=[exam(released_at=NOW + DAY)]), False),
    (EXAM, Evidence(exams=[exam(released_at=NOW - 730 * DAY)]), False),
    (EXAM, Evidence(exams=[exam(released_at=NOW - 729 * DAY)]), True),
    (PINNED, Evidence(exams=[exam()]), False),
    (PINNED, Evidence(exams=[exam(score_version="2")]), True),
    (RUN, Evidence(runs=[run()]), True),
    (RUN, Evidence(runs=[run(score=61.9)]), False),
    (RUN, Evidence(runs=[run(vetoes=1)]), False),
    (RUN, Evidence(runs=[run(provisional=True)]), False),
    (LENIENT, Evidence(runs=[run(provisional=True)]), True),
    (RUN, Evidence(runs=[run(passed=False)]), False),
    (RUN, Evidence(runs=[run(case="depot")]), False),
    (RUNS, Evidence(runs=[run()]), False),
    (RUNS, Evidence(runs=[run(), run(reference="r2")]), False),
    (RUNS, Evidence(runs=[run(), run(case="depot", reference="r2")]), True),
    (POST, Evidence(posts=[post()]), True),
    (POST, Evidence(posts=[post(body_type="supervising_department")]), False),
    (POST, Evidence(posts=[post(until=NOW.date())]), False),
    (POST, Evidence(posts=[post(since=NOW.date() + DAY)]), False),
    (YEARS, Evidence(posts=[post()]), True),
    (YEARS, Evidence(posts=[post(since=date(2025, 6, 1))]), False),
    (
        YEARS,
        Evidence(
            posts=[post(date(2023, 1, 1), date(2024, 6, 1)), post(date(2026, 1, 1))]
        ),
        True,
    ),
    (CLEAN, Evidence(), True),
    (CLEAN, Evidence(open_sanctions=["q"]), False),
]


@pytest.mark.parametrize(("asked", "evidence", "expected"), CASES)
def test_requirement(asked, evidence, expected):
    answer = assess(scheme(asked), evidence, at=NOW)

    assert answer.met is expected


def test_every_kind_of_requirement_is_in_the_table():
    assert {case[0]["kind"] for case in CASES} == set(Kind)


def test_one_of_a_group_is_enough_and_named():
    rules = scheme(
        requirement(Kind.COURSE_COMPLETED, code="course", any_of="way", course="basic"),
        requirement(Kind.YEARS_IN_POST, code="years", any_of="way", years=2),
    )

    answer = assess(rules, Evidence(posts=[post()]), at=NOW)

    assert answer.met
    assert [r.covered_by for r in answer.results] == ["years", ""]


def test_answer_names_what_is_missing_and_what_it_rests_on():
    rules = scheme(EXAM | {"code": "exam"}, HOURS | {"code": "hours"})
    evidence = Evidence(exams=[exam()], minutes_since={NOW - 365 * DAY: 1200})

    answer = assess(rules, evidence, at=NOW)

    (missing,) = answer.missing
    assert (missing.requirement.code, missing.have, missing.need) == ("hours", 20, 40)
    assert [p.reference for r in answer.results for p in r.proofs] == ["s1"]
    assert answer.lasts_until == NOW + 720 * DAY


def test_evidence_hash_changes_with_the_content():
    rules = scheme(EXAM)
    before = assess(rules, Evidence(exams=[exam()]), at=NOW).evidence_hash
    after = assess(rules, Evidence(exams=[exam(evidence_hash="x")]), at=NOW)

    assert before != after.evidence_hash


def test_periods_asked_are_those_of_the_hours():
    other = requirement(Kind.STUDY_HOURS, code="ever", hours=4)

    assert periods_asked(scheme(HOURS, other), at=NOW) == {NOW - 365 * DAY, None}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"quorum": 1}, "quorum: not within 2–20"),
        ({"quorum": "2"}, "quorum: not a whole number"),
        ({"quorum": True}, "quorum: not a whole number"),
        ({"validity_month": 3}, "unknown: validity_month"),
        ({"kind": "king"}, "kind: king"),
        ({"sectors": []}, "missing: sectors"),
        ({"two_person_acts": ["sing"]}, "two_person_acts: sing"),
    ],
)
def test_scheme_with_a_wrong_parameter_is_refused(changes, problem):
    with pytest.raises(SchemeInvalid) as refusal:
        scheme(CLEAN, **changes)

    assert refusal.value.problems == [problem]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (requirement("sing"), "requirement: r sing"),
        (requirement(Kind.EXAM_PASSED), "r: missing: exam"),
        (requirement(Kind.STUDY_HOURS, hours=4, days=3), "r: unknown: days"),
        (CLEAN | {"colour": "red"}, "r: unknown: colour"),
        (
            requirement(Kind.SIMULATION_PASSED, case="store", count=2),
            "r: count: only 1 different cases are named",
        ),
    ],
)
def test_scheme_with_a_wrong_requirement_is_refused(asked, problem):
    with pytest.raises(SchemeInvalid) as refusal:
        scheme(asked)

    assert problem in refusal.value.problems


def test_giving_rights_always_takes_two():
    assert "issued" in scheme(CLEAN, two_person_acts=["suspended"]).two_person_acts
