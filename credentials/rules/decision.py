"""May these people do this, here and now? The one place where the gate decides.

Values in, value out: a question, what the register holds, the time and the areas
of the asking system. Everything a caller claims about a person is ignored; only
the register counts. Update docs/algorithms/gate.md with this file.

Origin: 行政处罚法 第四十二条 (officers with a qualification, not fewer than two),
第四十三条 (withdrawal), 第五十八条 and 第六十四条 (who reviews, who presides);
危险化学品安全法 第八条 (two at an inspection); the opinion of 2016, 四（四） (nobody
without a qualification inspects).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from credentials.data import (
    Decision,
    Member,
    OfficerRecord,
    PostRecord,
    QualificationRecord,
    Question,
    Reason,
    RegisterView,
    SchemeTerms,
    StatusChange,
)
from credentials.rules.divisions import ancestors, covers, is_division_code
from credentials.rules.reasons import ReasonCode as Code

ANSWER_LIFE = timedelta(seconds=60)
CLOCK_SKEW_ALLOWED = timedelta(minutes=5)
PAST_ALLOWED = timedelta(minutes=5)
FUTURE_ALLOWED = timedelta(days=30)
# A suspension written by a process whose clock runs ahead counts at once.
CAUTION = timedelta(seconds=5)

TASK_BASES = frozenset(
    {
        "annual_plan",
        "special_campaign",
        "random_draw",
        "assigned",
        "complaint",
        "accident",
        "reinspection",
    }
)
MINE_SECTORS = frozenset({"coal_mine", "noncoal_mine"})
COUNTED_ROLES = frozenset({"lead", "member"})
TEAM_ROLES = COUNTED_ROLES | {"trainee", "assistant"}
STATUS_CODES = {
    "suspended": Code.QUALIFICATION_SUSPENDED,
    "revoked": Code.QUALIFICATION_REVOKED,
    "surrendered": Code.QUALIFICATION_SURRENDERED,
    "expired": Code.QUALIFICATION_EXPIRED,
}
CAUSE_CODES = {
    "exam_result_annulled": Code.EXAM_RESULT_ANNULLED,
    "prerequisite_lapsed": Code.PREREQUISITE_LAPSED,
}


@dataclass(frozen=True, slots=True)
class ActionTerms:
    """What an action asks of the people and of the description of the place."""

    function: str
    needs: tuple[str, ...]
    team: bool = False
    task: bool = False
    past: bool = False


ACTIONS = {
    "open_inspection": ActionTerms(
        "inspect",
        ("sector", "method", "division", "site", "inspection"),
        team=True,
        task=True,
    ),
    "join_inspection": ActionTerms("inspect", ("sector", "method", "division")),
    "hold_hearing": ActionTerms("hear", ("division",)),
    "review_case": ActionTerms("review", ("division",)),
    "was_qualified": ActionTerms("inspect", (), past=True),
}


def decide(
    question: Question,
    register: RegisterView,
    *,
    now: datetime,
    client_divisions: frozenset[str],
) -> Decision:
    """Answers one question; refuses whatever it cannot fully judge."""
    terms = ACTIONS.get(question.action)
    if terms is None:
        return _refuse(Reason(Code.ACTION_UNKNOWN))
    lineage = (
        ancestors(question.division, question.at, register.divisions)
        if is_division_code(question.division)
        else frozenset()
    )
    early = _question_reason(question, terms, register, lineage, now, client_divisions)
    if early is not None:
        return _refuse(early)
    schemes = _schemes_for(question, terms, register)
    if not schemes:
        return _refuse(Reason(Code.POLICY_UNAVAILABLE))
    for scheme in schemes:
        if scheme.frozen and not terms.past:
            return _refuse(Reason(Code.FROZEN, scheme=scheme.scheme))
    if terms.team:
        return _decide_team(question, terms, register, schemes, lineage, now)
    return _decide_officer(question, terms, register, lineage, now)


def status_at(
    changes: tuple[StatusChange, ...],
    at: datetime,
    known_at: datetime | None = None,
) -> StatusChange | None:
    """The change in force at a time as known at a time; the last recorded wins."""
    early = at if known_at is not None else at + CAUTION
    for change in reversed(changes):
        if known_at is not None and change.recorded_at > known_at:
            continue
        if change.effective_at <= (at if change.status == "active" else early):
            return change
    return None


def _refuse(*reasons: Reason) -> Decision:
    return Decision(False, reasons[-1].code, reasons, None)


def _question_reason(
    question: Question,
    terms: ActionTerms,
    register: RegisterView,
    lineage: frozenset[str],
    now: datetime,
    client_divisions: frozenset[str],
) -> Reason | None:
    """What is wrong with the question itself, before anybody is looked at."""
    if register.frozen and not terms.past:
        return Reason(Code.FROZEN)
    missing = [name for name in terms.needs if not getattr(question, name)]
    if missing:
        return Reason(Code.RESOURCE_INCOMPLETE, details={"missing": missing})
    if question.division:
        if not lineage and not is_division_code(question.division):
            return Reason(Code.RESOURCE_INCOMPLETE, details={"missing": ["division"]})
        if not covers(client_divisions, lineage):
            return Reason(Code.CLIENT_NOT_AUTHORISED_FOR_DIVISION)
    if terms.past:
        return Reason(Code.TIME_OUT_OF_WINDOW) if question.at > now else None
    skew = question.client_time and abs(question.client_time - now)
    if skew and skew > CLOCK_SKEW_ALLOWED:
        details = {"allowed_seconds": int(CLOCK_SKEW_ALLOWED.total_seconds())}
        return Reason(Code.CLOCK_SKEW_EXCESSIVE, details=details)
    if not now - PAST_ALLOWED <= question.at <= now + FUTURE_ALLOWED:
        return Reason(Code.TIME_OUT_OF_WINDOW)
    return _task_reason(question, register) if terms.task else None


def _task_reason(question: Question, register: RegisterView) -> Reason | None:
    """A task has a lawful ground, a number and an approval.

    An unannounced inspection announced beforehand is none; a cross-area one is
    assigned by a body above both areas.
    """
    task = question.task
    if task is None or not (task.approved and task.number and task.basis in TASK_BASES):
        return Reason(Code.INSPECTION_NOT_PLANNED)
    if question.method == "unannounced" and task.announced:
        return Reason(Code.INSPECTION_NOT_PLANNED, details={"announced": True})
    if question.method == "cross_area":
        body = register.bodies.get(task.assigned_by)
        lineage = ancestors(question.division, question.at, register.divisions)
        if body is None or not covers((body.division,), lineage):
            return Reason(Code.INSPECTION_NOT_PLANNED, details={"assigned_by": ""})
    return None


def _schemes_for(
    question: Question, terms: ActionTerms, register: RegisterView
) -> tuple[SchemeTerms, ...]:
    return tuple(
        scheme
        for scheme in register.schemes.values()
        if terms.function in scheme.functions
        and (not question.sector or question.sector in scheme.sectors)
    )


def _decide_officer(
    question: Question,
    terms: ActionTerms,
    register: RegisterView,
    lineage: frozenset[str],
    now: datetime,
) -> Decision:
    if len(question.members) != 1:
        return _refuse(
            Reason(Code.RESOURCE_INCOMPLETE, details={"missing": ["subject"]})
        )
    member = question.members[0]
    finding = _find(member, question, terms, register, lineage, now)
    reasons = finding.reasons
    if not reasons and finding.supervised:
        reasons = (Reason(Code.SUPERVISION_REQUIRED, member.officer_id),)
    if reasons:
        return Decision(False, reasons[0].code, reasons, None)
    return _permit(now, [finding])


def _decide_team(
    question: Question,
    terms: ActionTerms,
    register: RegisterView,
    schemes: tuple[SchemeTerms, ...],
    lineage: frozenset[str],
    now: datetime,
) -> Decision:
    """A team is permitted only when everybody on it is and enough of them count.

    One unqualified officer refuses the whole team even when two others would be
    enough: nobody without a qualification takes part.
    """
    reasons: list[Reason] = []
    findings: list[Finding] = []
    persons: set[str] = set()
    leads = counted = 0
    assistants = []
    for member in question.members:
        record = register.officers.get(member.officer_id)
        person = record.person_id if record else member.officer_id
        if person in persons:
            reasons.append(Reason(Code.DUPLICATE_MEMBER, member.officer_id))
            continue
        persons.add(person)
        if member.role == "assistant":
            assistants.append(Reason(Code.ASSISTANT_NOT_COUNTED, member.officer_id))
            continue
        finding = _find(member, question, terms, register, lineage, now)
        findings.append(finding)
        if finding.reasons:
            reasons.extend(finding.reasons)
        elif not finding.supervised and member.role in COUNTED_ROLES:
            counted += 1
            leads += member.role == "lead"
    quorum = max([scheme.quorum for scheme in schemes])
    if not leads:
        reasons.extend(
            Reason(Code.SUPERVISION_REQUIRED, finding.officer_id)
            for finding in findings
            if finding.supervised and not finding.reasons
        )
        if any(scheme.lead_required for scheme in schemes):
            reasons.append(Reason(Code.TEAM_LEAD_MISSING))
    if counted < quorum:
        reasons.extend(assistants)
        details = {"required": quorum, "qualified": counted}
        reasons.append(Reason(Code.TEAM_BELOW_QUORUM, details=details))
        return Decision(False, Code.TEAM_BELOW_QUORUM, tuple(reasons), None)
    if reasons:
        return Decision(False, reasons[0].code, tuple(reasons), None)
    return _permit(now, findings)


@dataclass(slots=True)
class Finding:
    """What was found about one person: reasons against, and the next known change."""

    officer_id: str
    reasons: tuple[Reason, ...]
    supervised: bool = False
    holds_until: datetime | None = None


def _find(
    member: Member,
    question: Question,
    terms: ActionTerms,
    register: RegisterView,
    lineage: frozenset[str],
    now: datetime,
) -> Finding:
    """Judges one person by the record alone."""
    officer_id = member.officer_id
    record = register.officers.get(officer_id)
    if record is None:
        return Finding(officer_id, (Reason(Code.UNKNOWN_SUBJECT, officer_id),))
    if question.team and member.role not in TEAM_ROLES:
        return Finding(officer_id, (Reason(Code.TEAM_MEMBER_ROLE_UNFIT, officer_id),))
    at = question.at if terms.past else max(question.at, now)
    reasons: list[Reason] = []
    if record.recusals or question.investigators:
        reasons.extend(_conflict_reasons(record, question, at))
    posts = [
        post
        for post in record.posts
        if post.regular and post.since <= at and (post.until is None or at < post.until)
    ]
    post_reason = _post_reason(posts, question, register, lineage, at)
    if post_reason is not None:
        reasons.append(Reason(post_reason, officer_id))
    best, faults = _best_qualification(
        record, member, question, terms, lineage, at, register
    )
    reasons.extend(faults)
    if best is None or reasons:
        return Finding(officer_id, tuple(reasons))
    supervised = best.supervised or member.role == "trainee"
    return Finding(officer_id, (), supervised, _next_edge(best, posts, at))


def _conflict_reasons(
    record: OfficerRecord, question: Question, at: datetime
) -> Iterator[Reason]:
    if record.officer_id in question.investigators:
        yield Reason(Code.RECUSAL_DECLARED, record.officer_id, details={"case": True})
    for recusal in record.recusals:
        if at < recusal.since or (recusal.until is not None and at >= recusal.until):
            continue
        same_site = recusal.site and recusal.site == question.site
        if same_site or (
            recusal.inspection and recusal.inspection == question.inspection
        ):
            code = Code.EMPLOYER_CONFLICT if recusal.employer else Code.RECUSAL_DECLARED
            yield Reason(code, record.officer_id)


def _post_reason(
    posts: Sequence[PostRecord],
    question: Question,
    register: RegisterView,
    lineage: frozenset[str],
    at: datetime,
) -> Code | None:
    """In post, in a body competent for sector and area (or sent across areas)."""
    if not posts:
        return Code.OFFICER_NOT_IN_POST
    if question.sector:
        posts = [
            post
            for post in posts
            if post.body_type != "mine_safety_body" or question.sector in MINE_SECTORS
        ]
        if not posts:
            return Code.SECTOR_NOT_COVERED
    if not question.division:
        return None
    for post in posts:
        if post.division in lineage:
            return None
    if question.method == "cross_area" and question.task is not None:
        body = register.bodies.get(question.task.assigned_by)
        if body is not None and any(
            covers((body.division,), ancestors(p.division, at, register.divisions))
            for p in posts
        ):
            return None
    return Code.DIVISION_NOT_COVERED


def _best_qualification(
    record: OfficerRecord,
    member: Member,
    question: Question,
    terms: ActionTerms,
    lineage: frozenset[str],
    at: datetime,
    register: RegisterView,
) -> tuple[QualificationRecord | None, tuple[Reason, ...]]:
    """The qualification that carries the person, or why the nearest one does not."""
    held: Sequence[QualificationRecord] = record.qualifications
    known_at = question.known_at
    if known_at is not None:
        held = [
            qualification
            for qualification in held
            if qualification.changes
            and qualification.changes[0].recorded_at <= known_at
        ]
    if not held:
        return None, (Reason(Code.QUALIFICATION_MISSING, record.officer_id),)
    nearest: tuple[Reason, ...] | None = None
    nearest_rank = -1
    for qualification in held:
        rank, faults = _faults(
            qualification, record, member, question, terms, lineage, at, register
        )
        if not faults:
            return qualification, ()
        if nearest is None or rank > nearest_rank:
            nearest, nearest_rank = faults, rank
    return None, nearest or ()


def _faults(
    qualification: QualificationRecord,
    record: OfficerRecord,
    member: Member,
    question: Question,
    terms: ActionTerms,
    lineage: frozenset[str],
    at: datetime,
    register: RegisterView,
) -> tuple[int, tuple[Reason, ...]]:
    """Every fault of one qualification, and how near it came (for the nearest)."""
    fault = partial(_fault, record.officer_id, qualification.scheme)
    if question.sector and question.sector not in qualification.sectors:
        return 0, (fault(Code.SECTOR_NOT_COVERED),)
    if terms.function not in qualification.functions:
        return 1, (fault(Code.QUALIFICATION_MISSING, function=terms.function),)
    faults: list[Reason] = []
    change = status_at(qualification.changes, at, question.known_at)
    if change is None or change.status == "pending" or at < qualification.valid_from:
        faults.append(fault(Code.QUALIFICATION_NOT_YET_VALID))
    elif change.status != "active":
        code = CAUSE_CODES.get(change.cause) or STATUS_CODES.get(
            change.status, Code.QUALIFICATION_MISSING
        )
        details: dict[str, object] = {"since": change.effective_at}
        if change.ground:
            details["ground"] = change.ground
        faults.append(fault(code, **details))
    elif at >= qualification.valid_to:
        faults.append(fault(Code.QUALIFICATION_EXPIRED, since=qualification.valid_to))
    if faults:
        return 2, tuple(faults)
    due = qualification.renewal_due_at
    if due is not None and due <= at:
        faults.append(fault(Code.RENEWAL_OVERDUE, since=due))
    due = qualification.study_due_at
    if due is not None and due <= at and qualification.study_minutes_missing > 0:
        missing = qualification.study_minutes_missing
        faults.append(fault(Code.CE_HOURS_SHORT, since=due, minutes_missing=missing))
    if question.method and question.method not in qualification.methods:
        faults.append(fault(Code.METHOD_NOT_COVERED))
    if question.division:
        faults.extend(
            fault(code)
            for code in _area_codes(qualification, question, lineage, at, register)
        )
    if (
        member.role == "lead"
        and question.team
        and "lead" not in qualification.functions
    ):
        faults.append(fault(Code.TEAM_MEMBER_ROLE_UNFIT))
    return 3, tuple(faults)


def _fault(officer_id: str, scheme: str, code: Code, **details: object) -> Reason:
    return Reason(code, officer_id, scheme, details)


def _area_codes(
    qualification: QualificationRecord,
    question: Question,
    lineage: frozenset[str],
    at: datetime,
    register: RegisterView,
) -> Iterator[Code]:
    """Area of the qualification and competence of the body that issued it.

    Sent across areas, the area of the body that sends takes the place of the site.
    """
    across = question.method == "cross_area" and question.task is not None
    if not across and not covers(qualification.divisions, lineage):
        yield Code.DIVISION_NOT_COVERED
    until = qualification.issuer_competent_until
    lost = until is not None and until <= at
    issuer = qualification.issuer_division
    own = lineage
    if across:
        own = frozenset(
            code
            for area in qualification.divisions
            for code in ancestors(area, at, register.divisions)
        )
    if lost or (issuer and issuer not in own):
        yield Code.ISSUER_NOT_COMPETENT


def _next_edge(
    qualification: QualificationRecord, posts: Sequence[PostRecord], at: datetime
) -> datetime:
    """The first instant after ``at`` at which this finding may stop being true."""
    edges = [qualification.valid_to]
    if qualification.renewal_due_at is not None:
        edges.append(qualification.renewal_due_at)
    if qualification.study_due_at is not None and qualification.study_minutes_missing:
        edges.append(qualification.study_due_at)
    edges.extend(
        [
            change.effective_at
            for change in qualification.changes
            if change.effective_at > at
        ]
    )
    edges.extend([post.until for post in posts if post.until is not None])
    return min(edges)


def _permit(now: datetime, findings: list[Finding]) -> Decision:
    latest = now + ANSWER_LIFE
    edges = [
        finding.holds_until
        for finding in findings
        if finding.holds_until is not None and finding.holds_until > now
    ]
    holds_until = min(edges, default=latest)
    return Decision(True, Code.QUALIFIED, (), min(latest, holds_until), holds_until)
