"""One qualification as its holder reads it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import User
from accounts.queries import organisation_of
from courses.enums import Method, Sector
from credentials.enums import Act, GateAction, Ground, QualificationState
from credentials.models import (
    Card,
    DecisionRecord,
    LedgerEntry,
    Proposal,
    PublicCheck,
    Qualification,
)
from credentials.queries.register import (
    scheme_version_in_effect,
    study_of,
    to_entry,
    zone,
)
from credentials.rules.lifecycle import fold, state_at
from credentials.rules.reasons import text_of
from credentials.rules.scheme import SchemeRules
from credentials.rules.validity import StudyStanding, check_due, renewal_opens

QUESTIONS_SHOWN = 10
ICONS = {
    Act.ISSUED: ("ok", "card"),
    Act.MIGRATED: ("ok", "card"),
    Act.REINSTATED: ("ok", "refresh"),
    Act.RENEWED: ("ok", "refresh"),
    Act.EXTENDED: ("ok", "plus"),
    Act.SCOPE_CHANGED: ("ok", "plus"),
    Act.SUSPENDED: ("bad", "pause"),
    Act.REVOKED: ("bad", "ban"),
    Act.SURRENDERED: ("", "ban"),
    Act.EXPIRED: ("", "clock"),
}


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One ledger entry in words."""

    entry: LedgerEntry
    label: str
    ground: str
    legal_ground: str
    proposer: str
    approver: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """That a connected system asked about a person, for what, and what it was told."""

    system: str
    asked_at: datetime
    action: str
    inspection: str
    permitted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OwnQualification:
    """All the page of one qualification shows."""

    row: Qualification
    state: QualificationState
    card: Card | None
    body: str
    sectors: tuple[str, ...]
    methods: tuple[str, ...]
    rules: SchemeRules | None
    study: StudyStanding | None
    renewal_from: datetime | None
    check_due: datetime | None
    timeline: tuple[TimelineLine, ...]
    checks: tuple[PublicCheck, ...]
    checks_count: int
    questions: tuple[GateQuestion, ...]
    questions_count: int


def own_qualifications(officer: User) -> list[Qualification]:
    """All of a person's qualifications, the longest valid first."""
    return list(
        Qualification.objects.filter(officer=officer)
        .select_related("officer", "scheme", "issuer")
        .order_by("-valid_to")
    )


def own_qualification(row: Qualification, *, now: datetime) -> OwnQualification:
    """One qualification with its standing now, its ledger and who asked about it."""
    entries = list(
        LedgerEntry.objects.filter(qualification=row.public_id).order_by("sequence")
    )
    standing = fold(map(to_entry, entries), at=now)
    version = scheme_version_in_effect(row.scheme, now)
    rules = version.rules() if version else None
    checks = PublicCheck.objects.filter(
        qualification=row, checked_at__gte=now - timedelta(days=30)
    ).order_by("-checked_at")
    asked = questions_about(row.officer, since=now - timedelta(days=30))
    body = organisation_of(row.officer, now.astimezone(zone()).date())
    return OwnQualification(
        row=row,
        state=state_at(standing, now),
        card=row.cards.filter(replaced_at__isnull=True).first(),
        body=body.name if body else "",
        sectors=tuple(str(Sector(s).label) for s in row.sectors),
        methods=tuple(str(Method(m).label) for m in row.methods),
        rules=rules,
        study=study_of(row.officer, rules, holds_since=row.valid_from, at=now)
        if rules
        else None,
        renewal_from=renewal_opens(row.valid_to, rules.renewal_window_days)
        if rules
        else None,
        check_due=check_due(
            holds_since=row.valid_from,
            checked_at=row.checked_at,
            check_months=rules.check_months,
        )
        if rules
        else None,
        timeline=timeline_of(entries),
        checks=tuple(checks[:5]),
        checks_count=checks.count(),
        questions=tuple(_question(d) for d in asked[:QUESTIONS_SHOWN]),
        questions_count=asked.count(),
    )


def questions_about(officer: User, *, since: datetime) -> QuerySet[DecisionRecord]:
    """Answers of the gate about a person, newest first."""
    return (
        DecisionRecord.objects.filter(
            subjects__officer_id=str(officer.public_id), evaluated_at__gte=since
        )
        .select_related("application")
        .order_by("-evaluated_at")
    )


def _question(record: DecisionRecord) -> GateQuestion:
    words = text_of(record.reason)
    chinese = (get_language() or "").startswith("zh")
    action = record.action
    return GateQuestion(
        system=str(record.application),
        asked_at=record.evaluated_at,
        action=str(GateAction(action).label) if action in GateAction.values else action,
        inspection=record.inspection,
        permitted=record.permitted,
        reason=words.zh if chinese else words.en,
    )


def timeline_of(entries: list[LedgerEntry]) -> tuple[TimelineLine, ...]:
    """Ledger entries in words, newest first, in two queries for any number."""
    names = _names(entries)
    lines = []
    for entry in reversed(entries):
        tone, icon = ICONS.get(Act(entry.act), ("", "doc"))
        lines.append(
            TimelineLine(
                entry=entry,
                label=str(Act(entry.act).label),
                ground=str(Ground(entry.ground).label),
                legal_ground=str(entry.details.get("legal_ground", "")),
                proposer=names.get(entry.proposed_by, ""),
                approver=names.get(entry.approved_by, ""),
                tone=tone,
                icon=icon,
            )
        )
    return tuple(lines)


def decision_of(entry: LedgerEntry) -> Proposal | None:
    """The proposal an entry came from."""
    return Proposal.objects.filter(sequence=entry.sequence).first()


def _names(entries: list[LedgerEntry]) -> Mapping[uuid.UUID | None, str]:
    ids = {e.proposed_by for e in entries} | {e.approved_by for e in entries}
    people = User.objects.filter(public_id__in=[i for i in ids if i])
    return {person.public_id: person.name for person in people}
