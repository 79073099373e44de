"""Reads over the ledger and its projection, for the gate and for courts."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from accounts.chain import canonical
from accounts.models import Membership, Organisation, User
from courses import queries as courses_queries
from credentials.data import (
    BodyRecord,
    OfficerRecord,
    PostRecord,
    QualificationRecord,
    RecusalRecord,
    RegisterView,
    SchemeTerms,
    StatusChange,
)
from credentials.enums import Act, Ground, QualificationState
from credentials.models import (
    LedgerEntry,
    Qualification,
    Recusal,
    Register,
    Scheme,
    SchemeVersion,
)
from credentials.queries.people import persons_of
from credentials.rules.lifecycle import (
    Entry,
    Standing,
    Term,
    fold,
    in_force,
    state_at,
)
from credentials.rules.scheme import FUNCTIONS, SchemeRules
from credentials.rules.validity import StudyStanding, study_standing

CAUSES = {
    Ground.EXAM_ANNULLED: "exam_result_annulled",
    Ground.PREREQUISITE_LAPSED: "prerequisite_lapsed",
}
_STATUS = {
    Act.ISSUED: "active",
    Act.MIGRATED: "active",
    Act.REINSTATED: "active",
    Act.SUSPENDED: "suspended",
    Act.REVOKED: "revoked",
    Act.SURRENDERED: "surrendered",
}


def zone() -> ZoneInfo:
    """The time zone in which days and years of the register begin."""
    return ZoneInfo(settings.TIME_ZONE)


def head_sequence() -> int:
    """The number of the last ledger entry; 0 for an empty register."""
    return Register.objects.values_list("sequence", flat=True).first() or 0


def to_entry(row: LedgerEntry) -> Entry:
    """A stored entry as the rules see it."""
    return Entry(
        sequence=row.sequence,
        act=Act(row.act),
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        details={**row.details, "ground": row.ground},
    )


def entries_of(qualification: uuid.UUID) -> list[Entry]:
    """All entries of a qualification in ledger order."""
    rows = LedgerEntry.objects.filter(qualification=qualification).order_by("sequence")
    return [to_entry(row) for row in rows]


def standing_of(
    qualification: uuid.UUID,
    *,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Standing:
    """The standing of a qualification at an instant, as known at another."""
    return fold(entries_of(qualification), at=at, known_at=known_at)


def was_qualified(
    officer: User, *, at: datetime, known_at: datetime | None = None
) -> list[tuple[uuid.UUID, str, Standing, QualificationState]]:
    """Every qualification of the officer: id, scheme key, standing and state then.

    Answers from the ledger alone, so that no later change of rows can alter it.
    """
    rows = LedgerEntry.objects.filter(
        officer=officer.public_id, qualification__isnull=False
    ).order_by("sequence")
    grouped: dict[uuid.UUID, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        if row.qualification is not None:
            grouped[row.qualification].append(row)
    answers = []
    for key, group in grouped.items():
        standing = fold(map(to_entry, group), at=at, known_at=known_at)
        answers.append((key, group[0].scheme, standing, state_at(standing, at)))
    return answers


def scheme_version_in_effect(scheme: Scheme, at: datetime) -> SchemeVersion | None:
    """The approved version that counts at ``at``."""
    return scheme.versions.in_effect(at).select_related("scheme").first()


def freezes(*, at: datetime | None = None, up_to: int | None = None) -> frozenset[str]:
    """The schemes frozen now (or at ``at``); ``""`` stands for the whole register.

    Entries after the number ``up_to`` are left aside.
    """
    rows = LedgerEntry.objects.filter(act__in=[Act.FROZEN, Act.UNFROZEN])
    if up_to is not None:
        rows = rows.filter(sequence__lte=up_to)
    if at is not None:
        rows = rows.filter(effective_at__lte=at)
    frozen: set[str] = set()
    for row in rows.order_by("sequence"):
        if row.act == Act.FROZEN:
            frozen.add(row.scheme)
        else:
            frozen.discard(row.scheme)
    return frozenset(frozen)


def scheme_terms(
    *, at: datetime, frozen: frozenset[str] | None = None
) -> dict[str, SchemeTerms]:
    """The terms of every scheme in effect at ``at``, by scheme key."""
    held = freezes() if frozen is None else frozen
    return {
        version.scheme.key: _terms(version, frozen=version.scheme.key in held)
        for version in versions_in_effect(at).values()
    }


def versions_in_effect(at: datetime) -> dict[int, SchemeVersion]:
    """Scheme id → the version in effect at ``at``, in one query."""
    versions: dict[int, SchemeVersion] = {}
    for version in SchemeVersion.objects.in_effect(at).select_related("scheme"):
        versions.setdefault(version.scheme_id, version)
    return versions


def register_view(
    officer_ids: Iterable[str],
    *,
    now: datetime,
    organisation_ids: Iterable[str] = (),
    at: datetime | None = None,
) -> RegisterView:
    """What one decision of the gate rests on, in a fixed number of queries.

    Unknown officers are absent. ``at`` is the time asked about; it chooses the
    scope and the scheme version that counted then.
    """
    moment = at or now
    revision = head_sequence()
    frozen = freezes()
    users = list(User.objects.filter(public_id__in=_uuids(officer_ids)))
    return RegisterView(
        revision=revision,
        officers=_officers(users, moment),
        schemes=scheme_terms(at=moment, frozen=frozen),
        bodies={
            str(body.public_id): BodyRecord(
                str(body.public_id), body.division_code, body.body_type
            )
            for body in Organisation.objects.filter(
                public_id__in=_uuids(organisation_ids)
            )
        },
        frozen="" in frozen,
    )


def study_of(
    officer: User, rules: SchemeRules, *, holds_since: datetime, at: datetime
) -> StudyStanding | None:
    """How the officer's continuing hours stand; None when the scheme asks none."""
    if not rules.continuing_hours:
        return None
    first = holds_since.astimezone(zone()).year + 1
    years = range(first, at.astimezone(zone()).year + 1)
    minutes = {
        year: courses_queries.study_minutes(
            officer,
            since=datetime(year, 1, 1, tzinfo=zone()),
            until=min(at, datetime(year + 1, 1, 1, tzinfo=zone())),
        )
        for year in years
    }
    return study_standing(
        required_minutes=rules.continuing_hours * 60,
        holds_since=holds_since,
        at=at,
        minutes_by_year=minutes,
        zone=zone(),
    )


def study_gaps(
    officer_ids: Iterable[int], *, now: datetime
) -> dict[int, tuple[datetime, int]]:
    """Qualification pk → since when and how many minutes of study are missing.

    Only where something is missing; schemes without continuing hours cost nothing.
    """
    versions = versions_in_effect(now)
    rows = Qualification.objects.filter(
        officer_id__in=list(officer_ids), closed_at__isnull=True, valid_from__lte=now
    ).select_related("officer")
    gaps: dict[int, tuple[datetime, int]] = {}
    for row in rows:
        version = versions.get(row.scheme_id)
        study = (
            study_of(row.officer, version.rules(), holds_since=row.valid_from, at=now)
            if version
            else None
        )
        if study and study.short_since:
            gaps[row.pk] = (study.short_since, study.owed_minutes)
    return gaps


def _officers(users: list[User], at: datetime) -> Mapping[str, OfficerRecord]:
    ids = [user.pk for user in users]
    persons = persons_of(users)
    posts = _posts(ids)
    recusals = _recusals(ids)
    qualifications = _qualifications(users, at)
    return {
        str(user.public_id): OfficerRecord(
            officer_id=str(user.public_id),
            person_id=persons[str(user.public_id)],
            posts=tuple(posts[user.pk]) if user.is_active else (),
            qualifications=tuple(qualifications[user.pk]),
            recusals=tuple(recusals[user.pk]),
        )
        for user in users
    }


def _posts(user_ids: list[int]) -> dict[int, list[PostRecord]]:
    posts: dict[int, list[PostRecord]] = defaultdict(list)
    rows = Membership.objects.filter(user_id__in=user_ids).select_related(
        "organisation"
    )
    for row in rows:
        posts[row.user_id].append(
            PostRecord(
                organisation_id=str(row.organisation.public_id),
                division=row.organisation.division_code,
                body_type=row.organisation.body_type,
                since=datetime.combine(row.joined_on, time(), zone()),
                until=datetime.combine(row.left_on, time(), zone())
                if row.left_on
                else None,
            )
        )
    return posts


def _recusals(user_ids: list[int]) -> dict[int, list[RecusalRecord]]:
    recusals: dict[int, list[RecusalRecord]] = defaultdict(list)
    for row in Recusal.objects.filter(officer_id__in=user_ids):
        recusals[row.officer_id].append(
            RecusalRecord(
                site=row.site,
                inspection=row.inspection,
                since=row.since,
                until=row.until,
                employer=row.employer,
            )
        )
    return recusals


def _qualifications(
    users: list[User], at: datetime
) -> dict[int, list[QualificationRecord]]:
    officers = {user.pk: user for user in users}
    rows = list(
        Qualification.objects.filter(officer_id__in=officers).select_related(
            "scheme", "issuer"
        )
    )
    entries: dict[uuid.UUID, list[Entry]] = defaultdict(list)
    stored = LedgerEntry.objects.filter(
        qualification__in=[row.public_id for row in rows]
    ).order_by("sequence")
    for entry in stored:
        if entry.qualification is not None:
            entries[entry.qualification].append(to_entry(entry))
    versions = versions_in_effect(at)
    records: dict[int, list[QualificationRecord]] = defaultdict(list)
    for row in rows:
        version = versions.get(row.scheme_id)
        records[row.officer_id] += _records_of(
            row, entries[row.public_id], officers[row.officer_id], version, at
        )
    return records


def _records_of(
    row: Qualification,
    entries: list[Entry],
    officer: User,
    version: SchemeVersion | None,
    at: datetime,
) -> list[QualificationRecord]:
    """One record for each unbroken term: a late renewal leaves a gap."""
    standing = fold(entries)
    now_standing = fold(entries, at=at)
    scope = now_standing.scope if now_standing.terms else standing.scope
    rules = version.rules() if version else None
    holds_since = standing.terms[0].since
    study = (
        study_of(officer, rules, holds_since=holds_since, at=at)
        if rules and at >= holds_since
        else None
    )
    owed = study.owed_minutes if study and study.short_since else 0
    kind = rules.kind if rules else "officer"
    return [
        QualificationRecord(
            qualification_id=str(row.public_id),
            scheme=row.scheme.key,
            scheme_version=standing.scheme_version,
            sectors=scope.sectors,
            methods=scope.methods,
            divisions=scope.divisions,
            valid_from=term.since,
            valid_to=term.until,
            changes=_changes(entries),
            issuer_id=str(row.issuer.public_id),
            issuer_division=row.issuer.division_code,
            functions=FUNCTIONS[kind],
            study_due_at=study.short_since if study and owed else None,
            study_minutes_missing=owed,
        )
        for term in spans(standing.terms)
    ]


def spans(terms: Iterable[Term]) -> list[Term]:
    """Terms that follow each other without a gap, joined."""
    joined: list[Term] = []
    for term in terms:
        if joined and joined[-1].until == term.since:
            joined[-1] = Term(joined[-1].since, term.until)
        else:
            joined.append(term)
    return joined


def _changes(entries: list[Entry]) -> tuple[StatusChange, ...]:
    return tuple(
        StatusChange(
            status=_STATUS[entry.act],
            effective_at=entry.effective_at,
            recorded_at=entry.recorded_at,
            ground=str(entry.details.get("legal_ground") or entry.details["ground"]),
            cause=CAUSES.get(Ground(entry.details["ground"]), ""),
        )
        for entry in sorted(in_force(entries), key=lambda e: e.sequence)
        if entry.act in _STATUS
    )


def _terms(version: SchemeVersion, *, frozen: bool) -> SchemeTerms:
    rules = version.rules()
    return SchemeTerms(
        scheme=version.scheme.key,
        version=version.number,
        sectors=frozenset(rules.sectors),
        methods=frozenset(rules.methods),
        quorum=rules.quorum,
        lead_required=rules.lead_required,
        frozen=frozen,
        digest=digest_of(version.parameters),
    )


def digest_of(parameters: dict[str, Any]) -> str:
    """The fingerprint of a scheme version, named in every receipt of the gate."""
    return f"sha256:{hashlib.sha256(canonical(parameters)).hexdigest()}"


def _uuids(texts: Iterable[str]) -> list[uuid.UUID]:
    """The well-formed ids among these; others cannot be known."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def open_sanctions(officer: User, at: datetime) -> QuerySet[Qualification]:
    """Qualifications of the officer suspended at ``at`` under any scheme."""
    return Qualification.objects.filter(officer=officer).suspended(at)
