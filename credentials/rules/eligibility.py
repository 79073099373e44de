"""Eligibility: a pure function of evidence, scheme version and time.

The answer explains itself: every requirement says what it asks, what there is,
what is still missing, which evidence it rests on (id and content hash), and when
that evidence ceases to count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from credentials.enums import RequirementKind, RequirementState
from credentials.rules.scheme import Requirement, SchemeRules


@dataclass(frozen=True, slots=True)
class CourseEvidence:
    course: str
    completed_at: datetime
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class ExamEvidence:
    exam: str
    reference: str
    passed: bool
    points: float
    maximum: float
    score_version: str
    released_at: datetime
    evidence_hash: str
    annulled: bool = False


@dataclass(frozen=True, slots=True)
class RunEvidence:
    case: str
    reference: str
    passed: bool
    score: float
    vetoes: int
    provisional: bool
    scored_at: datetime
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class PostEvidence:
    organisation: str
    body_type: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known of a candidate that a requirement can rest on.

    ``minutes_since`` answers how many minutes were studied since an instant (or
    ever, for None); it is a function so that only the periods asked are counted.
    """

    courses: Sequence[CourseEvidence] = ()
    minutes_since: Mapping[datetime | None, int] = field(default_factory=dict)
    exams: Sequence[ExamEvidence] = ()
    runs: Sequence[RunEvidence] = ()
    posts: Sequence[PostEvidence] = ()
    open_sanctions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What one requirement rests on, by reference and by content."""

    reference: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """How one requirement stands: asked, present, missing, and until when."""

    requirement: Requirement
    state: RequirementState
    have: float = 0
    need: float = 1
    proofs: tuple[Proof, ...] = ()
    done_on: datetime | None = None
    counts_until: datetime | None = None
    covered_by: str = ""

    @property
    def met(self) -> bool:
        return self.state == RequirementState.MET


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The whole answer for one person and one scheme version at one instant."""

    results: tuple[RequirementResult, ...]
    at: datetime

    @property
    def met(self) -> bool:
        return all(result.met for result in self.results)

    @property
    def missing(self) -> tuple[RequirementResult, ...]:
        return tuple(result for result in self.results if not result.met)

    @property
    def lasts_until(self) -> datetime | None:
        """When the first piece of evidence ceases to count, if ever."""
        ends = [r.counts_until for r in self.results if r.met and r.counts_until]
        return min(ends, default=None)

    @property
    def evidence_hash(self) -> str:
        """One hash over all the evidence, compared when somebody approves."""
        lines = sorted(
            f"{r.requirement.code} {p.reference} {p.content_hash}"
            for r in self.results
            for p in r.proofs
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def assess(rules: SchemeRules, evidence: Evidence, *, at: datetime) -> Eligibility:
    """Every requirement of the scheme against the evidence as it stands at ``at``.

    In a group ``any_of`` one met requirement covers the others.
    """
    results = [_ASSESS[r.kind](r, evidence, at) for r in rules.requirements]
    covered = {
        r.requirement.any_of: r.requirement.code
        for r in reversed(results)
        if r.met and r.requirement.any_of
    }
    return Eligibility(tuple(_covered(r, covered) for r in results), at)


def periods_asked(rules: SchemeRules, *, at: datetime) -> set[datetime | None]:
    """Since when study minutes are needed, so that a caller can count them."""
    return {
        _since(r, at)
        for r in rules.requirements
        if r.kind == RequirementKind.STUDY_HOURS
    }


def _covered(result: RequirementResult, covered: dict[str, str]) -> RequirementResult:
    cover = covered.get(result.requirement.any_of)
    if result.met or cover is None:
        return result
    return RequirementResult(
        result.requirement,
        RequirementState.MET,
        have=result.have,
        need=result.need,
        covered_by=cover,
    )


def _since(requirement: Requirement, at: datetime) -> datetime | None:
    days = requirement.parameters.get("within_days")
    return at - timedelta(days=int(days)) if days else None


def _until(requirement: Requirement, done: datetime) -> datetime | None:
    days = requirement.parameters.get("within_days")
    return done + timedelta(days=int(days)) if days else None


def _keys(requirement: Requirement, name: str) -> set[str]:
    """The key asked for and those accepted as equivalent."""
    equivalents = requirement.parameters.get("equivalents", [])
    return {str(requirement.parameters[name]), *map(str, equivalents)}


def _result(
    requirement: Requirement,
    *,
    have: float,
    need: float,
    proofs: tuple[Proof, ...] = (),
    done_on: datetime | None = None,
    counts_until: datetime | None = None,
) -> RequirementResult:
    met = have >= need
    return RequirementResult(
        requirement,
        RequirementState.MET if met else RequirementState.MISSING,
        have=have,
        need=need,
        proofs=proofs,
        done_on=done_on,
        counts_until=counts_until if met else None,
    )


def _course(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    keys = _keys(r, "course")
    done = [c for c in evidence.courses if c.course in keys and c.completed_at <= at]
    best = max(done, key=lambda c: c.completed_at, default=None)
    return _result(
        r,
        have=1 if best else 0,
        need=1,
        proofs=(Proof(best.course, best.evidence_hash),) if best else (),
        done_on=best.completed_at if best else None,
    )


def _hours(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    minutes = evidence.minutes_since.get(_since(r, at), 0)
    return _result(r, have=minutes / 60, need=float(r.parameters["hours"]))


def _exam(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    """The latest pass that is released, not annulled, and still counts."""
    keys, since = _keys(r, "exam"), _since(r, at)
    version = r.parameters.get("score_version")
    passes = [
        e
        for e in evidence.exams
        if e.exam in keys
        and e.passed
        and not e.annulled
        and e.released_at <= at
        and (since is None or e.released_at > since)
        and (version is None or e.score_version == str(version))
    ]
    best = max(passes, key=lambda e: (e.released_at, e.reference), default=None)
    return _result(
        r,
        have=1 if best else 0,
        need=1,
        proofs=(Proof(best.reference, best.evidence_hash),) if best else (),
        done_on=best.released_at if best else None,
        counts_until=_until(r, best.released_at) if best else None,
    )


def _simulation(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    """So many different cases passed without a fatal veto; the same case counts once.

    A provisional score lacks the assessor's part and counts only where the scheme
    says so.
    """
    keys, since = _keys(r, "case"), _since(r, at)
    minimum, need = (
        float(r.parameters.get("minimum", 0)),
        int(r.parameters.get("count", 1)),
    )
    provisional_counts = bool(r.parameters.get("accept_provisional"))
    good = [
        e
        for e in evidence.runs
        if e.case in keys
        and e.passed
        and not e.vetoes
        and (provisional_counts or not e.provisional)
        and e.score >= minimum
        and e.scored_at <= at
        and (since is None or e.scored_at > since)
    ]
    by_time = sorted(good, key=lambda e: (e.scored_at, e.reference))
    newest_of_case = {e.case: e for e in by_time}
    latest = sorted(newest_of_case.values(), key=by_time.index)[-need:]
    return _result(
        r,
        have=len(latest),
        need=need,
        proofs=tuple(Proof(e.reference, e.evidence_hash) for e in latest),
        done_on=latest[-1].scored_at if latest else None,
        counts_until=_until(r, latest[0].scored_at) if latest else None,
    )


def _in_post(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    types = r.parameters.get("body_types")
    post = next(
        (
            p
            for p in evidence.posts
            if _serves(p, at.date()) and (not types or p.body_type in types)
        ),
        None,
    )
    proofs = (_post_proof(post),) if post else ()
    return _result(r, have=1 if post else 0, need=1, proofs=proofs)


def _years(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    """Days in post over all bodies; posts do not overlap."""
    day = at.date()
    days = sum(
        (min(p.until or day, day) - p.since).days
        for p in evidence.posts
        if p.since <= day
    )
    proofs = tuple(_post_proof(p) for p in evidence.posts if p.since <= day)
    return _result(r, have=days / 365, need=float(r.parameters["years"]), proofs=proofs)


def _no_sanction(r: Requirement, evidence: Evidence, at: datetime) -> RequirementResult:
    return _result(r, have=0 if evidence.open_sanctions else 1, need=1)


def _serves(post: PostEvidence, day: date) -> bool:
    return post.since <= day and (post.until is None or day < post.until)


def _post_proof(post: PostEvidence) -> Proof:
    text = f"{post.organisation} {post.body_type} {post.since} {post.until or ''}"
    return Proof(post.organisation, hashlib.sha256(text.encode()).hexdigest())


_ASSESS: dict[
    RequirementKind, Callable[[Requirement, Evidence, datetime], RequirementResult]
] = {
    RequirementKind.COURSE_COMPLETED: _course,
    RequirementKind.STUDY_HOURS: _hours,
    RequirementKind.EXAM_PASSED: _exam,
    RequirementKind.SIMULATION_PASSED: _simulation,
    RequirementKind.IN_POST: _in_post,
    RequirementKind.YEARS_IN_POST: _years,
    RequirementKind.NO_OPEN_SANCTION: _no_sanction,
}
