"""Evidence for requirements, gathered from courses, exams, simulator and accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Membership, User
from courses import queries as courses_queries
from credentials.models import Qualification, SchemeVersion
from credentials.queries.people import same_person
from credentials.queries.register import open_sanctions
from credentials.rules.eligibility import (
    CourseEvidence,
    Eligibility,
    Evidence,
    ExamEvidence,
    PostEvidence,
    RunEvidence,
    assess,
    periods_asked,
)
from credentials.rules.scheme import SchemeRules
from credentials.rules.separation import Relations
from exams import queries as exams_queries
from simulator import queries as simulator_queries


def eligibility_of(
    officer: User, version: SchemeVersion, *, at: datetime
) -> Eligibility:
    """How the officer stands against a scheme version at ``at``."""
    rules = version.rules()
    return assess(rules, evidence_of(officer, rules, at=at), at=at)


def evidence_of(officer: User, rules: SchemeRules, *, at: datetime) -> Evidence:
    """Everything the lower apps know of the officer that a requirement can use."""
    return Evidence(
        courses=[
            CourseEvidence(c.course_key, c.completed_at, c.evidence_hash)
            for c in courses_queries.completed_courses(officer)
        ],
        minutes_since={
            since: courses_queries.study_minutes(officer, since=since, until=at)
            for since in periods_asked(rules, at=at)
        },
        exams=_exams(officer),
        runs=_runs(officer),
        posts=_posts(officer),
        open_sanctions=[str(q.public_id) for q in open_sanctions(officer, at)],
    )


def rests_on_annulled(qualification: Qualification) -> bool:
    """Whether any examination the qualification was given for has been annulled."""
    annulled = [
        str(result.sitting_id)
        for result in exams_queries.released_results(qualification.officer)
        if result.annulled
    ]
    return qualification.evidence_links.filter(reference__in=annulled).exists()


def relations_of(
    actor: User,
    candidate: User,
    *,
    proposer: User | None,
    separation_days: int,
    now: datetime,
) -> Relations:
    """What connects somebody with a case they want to propose or decide."""
    since = now - timedelta(days=separation_days)
    return Relations(
        is_candidate=actor.pk == candidate.pk,
        is_proposer=proposer is not None and actor.pk == proposer.pk,
        same_person_as_candidate=same_person(actor, candidate),
        same_person_as_proposer=proposer is not None and same_person(actor, proposer),
        taught=courses_queries.taught(actor, candidate, since),
        examined=exams_queries.examined(actor, candidate, since),
        assessed=simulator_queries.assessed(actor, candidate, since),
    )


def _exams(officer: User) -> list[ExamEvidence]:
    return [
        ExamEvidence(
            exam=result.exam_key,
            reference=str(result.sitting_id),
            passed=result.passed,
            points=float(result.points),
            maximum=float(result.maximum),
            score_version=str(result.score_version),
            released_at=result.released_at,
            evidence_hash=result.evidence_hash,
            annulled=result.annulled,
        )
        for result in exams_queries.released_results(officer)
    ]


def _runs(officer: User) -> list[RunEvidence]:
    return [
        RunEvidence(
            case=result.case_key,
            reference=str(result.run_id),
            passed=result.passed,
            score=float(result.score),
            vetoes=len(result.fatal_vetoes),
            provisional=result.provisional,
            scored_at=result.scored_at,
            evidence_hash=result.evidence_hash,
        )
        for result in simulator_queries.scored_runs(officer)
    ]


def _posts(officer: User) -> list[PostEvidence]:
    rows = Membership.objects.filter(user=officer).select_related("organisation")
    return [
        PostEvidence(
            organisation=str(row.organisation.public_id),
            body_type=row.organisation.body_type,
            since=row.joined_on,
            until=row.left_on,
        )
        for row in rows
    ]
