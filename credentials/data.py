"""Frozen records credentials hands to other packages and feeds to its pure rules.

Every id is a random public id; none of these records holds a name or a number by
which a person could be recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_FUNCTIONS = frozenset({"inspect", "lead"})


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One ledger entry that moved a qualification to another status.

    ``effective_at`` says since when it is true, ``recorded_at`` since when the
    register knew it: a court asks about both.
    """

    status: str
    effective_at: datetime
    recorded_at: datetime
    ground: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PostRecord:
    """An officer in post in a body, from a day until another (half-open)."""

    organisation_id: str
    division: str
    body_type: str
    since: datetime
    until: datetime | None = None
    regular: bool = True


@dataclass(frozen=True, slots=True)
class QualificationRecord:
    """A qualification as the gate needs it: scope, term and history of status.

    ``changes`` is in ledger order and begins with the issue. ``functions`` says
    what the holder may do: inspect, lead, hear, review. ``study_due_at`` is the
    instant from which missing study hours count, ``renewal_due_at`` the instant
    by which it had to be renewed.
    """

    qualification_id: str
    scheme: str
    scheme_version: int
    sectors: frozenset[str]
    methods: frozenset[str]
    divisions: frozenset[str]
    valid_from: datetime
    valid_to: datetime
    changes: tuple[StatusChange, ...]
    issuer_id: str = ""
    issuer_division: str = ""
    issuer_competent_until: datetime | None = None
    functions: frozenset[str] = DEFAULT_FUNCTIONS
    supervised: bool = False
    study_due_at: datetime | None = None
    study_minutes_missing: int = 0
    renewal_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecusalRecord:
    """A declared conflict with a site, or ``site`` empty with one inspection."""

    site: str
    inspection: str
    since: datetime
    until: datetime | None = None
    employer: bool = False


@dataclass(frozen=True, slots=True)
class OfficerRecord:
    """All the gate may know of one officer at one revision of the ledger.

    ``person_id`` is the same for two accounts of one person.
    """

    officer_id: str
    person_id: str
    posts: tuple[PostRecord, ...] = ()
    qualifications: tuple[QualificationRecord, ...] = ()
    recusals: tuple[RecusalRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """The terms of one scheme version a team is judged by."""

    scheme: str
    version: int
    sectors: frozenset[str]
    methods: frozenset[str]
    quorum: int = 2
    lead_required: bool = True
    frozen: bool = False
    digest: str = ""
    functions: frozenset[str] = DEFAULT_FUNCTIONS


@dataclass(frozen=True, slots=True)
class BodyRecord:
    """A body that assigns tasks: what the cross-area rule must know of it."""

    organisation_id: str
    division: str
    body_type: str


@dataclass(frozen=True, slots=True)
class DivisionSpan:
    """That a division lay below a parent during a time (half-open)."""

    code: str
    parent: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegisterView:
    """What one decision rests on, read in one snapshot of the database."""

    revision: int
    officers: Mapping[str, OfficerRecord] = field(default_factory=dict)
    schemes: Mapping[str, SchemeTerms] = field(default_factory=dict)
    bodies: Mapping[str, BodyRecord] = field(default_factory=dict)
    divisions: Mapping[str, tuple[DivisionSpan, ...]] = field(default_factory=dict)
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the team asked about and the part that person takes."""

    officer_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Task:
    """The task an inspection rests on, as the asking system states it."""

    basis: str
    number: str
    approved: bool
    assigned_by: str = ""
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the gate in the words of the register, not of the wire."""

    action: str
    members: tuple[Member, ...]
    team: bool
    sector: str
    method: str
    division: str
    site: str
    inspection: str
    task: Task | None
    at: datetime
    known_at: datetime | None = None
    client_time: datetime | None = None
    investigators: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of an answer; ``details`` hold what its text needs."""

    code: str
    officer_id: str = ""
    scheme: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of the pure rule: yes or no, why, and until when it may be used.

    ``holds_until`` is the next instant at which a known date changes the answer.
    """

    permitted: bool
    reason: str
    reasons: tuple[Reason, ...]
    valid_until: datetime | None
    holds_until: datetime | None = None
