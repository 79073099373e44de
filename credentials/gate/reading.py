"""What the gate reads: callers by their tokens, and the register in one snapshot.

Present questions read the projection, which every ledger entry updates in its own
transaction. Questions about the past fold the ledger itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from credentials.data import (
    BodyRecord,
    DivisionSpan,
    OfficerRecord,
    PostRecord,
    QualificationRecord,
    RecusalRecord,
    RegisterView,
    SchemeTerms,
    StatusChange,
)
from credentials.enums import Ground, QualificationState, SchemeVersionState
from credentials.gate.fetching import QUERIES, Row, Session, wanted
from credentials.models import GateState, Qualification, SchemeVersion
from credentials.queries.people import persons_of
from credentials.queries.register import (
    CAUSES,
    freezes,
    head_sequence,
    study_of,
    was_qualified,
)
from credentials.rules.scheme import FUNCTIONS, SchemeRules, parse_scheme
from credentials.rules.validity import StudyStanding

CANONICAL_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STUDY_MEMORY = timedelta(seconds=30)
STUDY_MEMORY_SIZE = 20_000
_STUDY: dict[tuple[str, str, datetime, int], tuple[datetime, StudyStanding | None]] = {}


@dataclass(frozen=True, slots=True)
class Caller:
    """A connected system with a good token, and how far it reaches."""

    application_id: int
    client_id: str
    scopes: frozenset[str]
    divisions: frozenset[str]
    addresses: tuple[str, ...]
    requests_per_minute: int
    certificate_thumbprint: str


@dataclass(frozen=True, slots=True)
class SchemeInEffect:
    """A scheme version with its parsed rules and the digest of its parameters."""

    key: str
    number: int
    rules: SchemeRules
    digest: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a batch of questions is answered from."""

    callers: dict[str, Caller]
    view: RegisterView
    timeline: str
    kid: str
    database_clock: datetime | None = None


def read_snapshot(
    session: Session,
    tokens: Collection[str],
    officer_ids: Collection[str],
    organisation_ids: Collection[str],
    *,
    now: datetime,
) -> Snapshot:
    """Callers, officers, schemes and freezes as of one commit."""
    checksums = {hashlib.sha256(token.encode()).hexdigest(): token for token in tokens}
    asked = wanted(list(checksums), _uuids(officer_ids), _uuids(organisation_ids))
    rows = session.fetch(asked)
    if not rows["state"]:
        GateState.objects.get_or_create(pk=1)
        rows["state"] = list(QUERIES["state"].make([1]))
    *since, frozen_at = rows["state"][0]
    timeline = timeline_of(*since)
    revision = rows["register"][0][0] if rows["register"] else 0
    schemes = _schemes_now(timeline, tuple(rows["versions"]), now)
    frozen = _freezes_at(timeline, revision)
    view = _view(rows, schemes, frozen, revision=revision, now=now)
    return Snapshot(
        callers={
            checksums[row[0]]: _caller(row) for row in rows["callers"] if row[2] > now
        },
        view=replace(view, frozen=view.frozen or frozen_at is not None),
        timeline=timeline,
        kid=rows["keys"][0][0] if rows["keys"] else "",
        database_clock=rows["clock"][0][0] if "clock" in rows else None,
    )


def read_callers(tokens: Collection[str], *, now: datetime) -> dict[str, Caller]:
    """The callers of the tokens that are good now, by token.

    A scope counts only while the application still has it.
    """
    by_checksum = {
        hashlib.sha256(token.encode()).hexdigest(): token for token in tokens
    }
    return {
        by_checksum[row[0]]: _caller(row)
        for row in QUERIES["callers"].make(list(by_checksum))
        if row[2] > now
    }


def read_register(
    officer_ids: Collection[str],
    *,
    now: datetime,
    organisation_ids: Collection[str] = (),
) -> RegisterView:
    """The present standing of some officers, with schemes, bodies and freezes."""
    rows = Session().fetch(wanted([], _uuids(officer_ids), _uuids(organisation_ids)))
    schemes = read_schemes(now)
    return _view(rows, schemes, freezes(), revision=head_sequence(), now=now)


def _caller(row: Row) -> Caller:
    return Caller(
        application_id=row[3],
        client_id=row[4],
        scopes=frozenset(row[1].split()) & frozenset(row[5]),
        divisions=frozenset(row[6]),
        addresses=tuple(row[7]),
        requests_per_minute=row[8],
        certificate_thumbprint=row[9],
    )


def read_history(
    officer_ids: Collection[str], *, at: datetime, known_at: datetime | None
) -> RegisterView:
    """The standing of officers on a day, as known on a day: folded from the ledger."""
    rows = Session().fetch(wanted([], _uuids(officer_ids), []))
    schemes = read_schemes(at)
    rows["qualifications"] = []
    view = _view(rows, schemes, frozenset(), revision=head_sequence(), now=at)
    users = {row[0]: Account(*row) for row in rows["users"]}
    held = _fold_qualifications(users, schemes, at, known_at)
    return replace(
        view,
        officers={
            str(user.public_id): replace(
                view.officers[str(user.public_id)],
                qualifications=tuple(held.get(key, ())),
            )
            for key, user in users.items()
        },
    )


def read_schemes(at: datetime) -> dict[str, SchemeInEffect]:
    """The scheme versions in effect at a time, by key."""
    found = {}
    for effective_from, scheme in _approved_schemes():
        if effective_from <= at:
            found[scheme.key] = scheme
    return found


def _approved_schemes() -> list[tuple[datetime, SchemeInEffect]]:
    """Every approved version, in the order in which they take effect."""
    rows = (
        SchemeVersion.objects.filter(state=SchemeVersionState.APPROVED)
        .order_by("effective_from", "number")
        .values_list("effective_from", "scheme__key", "number", "parameters")
    )
    found = []
    for effective_from, key, number, parameters in rows:
        text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
        rules, digest = _parsed(text)
        found.append((effective_from, SchemeInEffect(key, number, rules, digest)))
    return found


def _schemes_now(
    timeline: str, versions: tuple[Row, ...], now: datetime
) -> dict[str, SchemeInEffect]:
    """The versions in effect; parsed again only when the approved ones change."""
    return {
        scheme.key: scheme
        for effective_from, scheme in _remembered_schemes(timeline, versions)
        if effective_from <= now
    }


@lru_cache(maxsize=4)
def _remembered_schemes(
    timeline: str, versions: tuple[Row, ...]
) -> list[tuple[datetime, SchemeInEffect]]:
    del timeline, versions
    return _approved_schemes()


@lru_cache(maxsize=4)
def _freezes_at(timeline: str, revision: int) -> frozenset[str]:
    """Freezes are ledger entries: nothing changes without a new revision."""
    del timeline
    return freezes(up_to=revision)


def candidate_ids(sector: str, after: str, limit: int) -> list[str]:
    """Officers who hold something for a sector, in the order of their public ids."""
    rows = (
        Qualification.objects.filter(closed_at__isnull=True)
        .order_by("officer__public_id")
        .values_list("officer__public_id", "sectors")
    )
    if after:
        rows = rows.filter(officer__public_id__gt=after)
    found: list[str] = []
    for officer_id, sectors in rows.iterator(chunk_size=500):
        if sector in sectors and (not found or found[-1] != str(officer_id)):
            found.append(str(officer_id))
            if len(found) == limit:
                break
    return found


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[SchemeRules, str]:
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return parse_scheme(json.loads(text)), digest


def _view(
    rows: Mapping[str, list[Row]],
    schemes: dict[str, SchemeInEffect],
    frozen: frozenset[str],
    *,
    revision: int,
    now: datetime,
) -> RegisterView:
    users = {row[0]: Account(*row) for row in rows["users"]}
    held = _read_qualifications(rows["qualifications"], users, schemes, now)
    posts = _read_posts(rows["posts"])
    recusals = _read_recusals(rows["recusals"])
    persons = persons_of(users.values())
    officers = {
        str(user.public_id): OfficerRecord(
            officer_id=str(user.public_id),
            person_id=persons[str(user.public_id)],
            posts=tuple(posts.get(key, ())) if user.is_active else (),
            qualifications=tuple(held.get(key, ())),
            recusals=tuple(recusals.get(key, ())),
        )
        for key, user in users.items()
    }
    return RegisterView(
        revision=revision,
        officers=officers,
        schemes={key: _terms(scheme, frozen) for key, scheme in schemes.items()},
        bodies={
            str(row[0]): BodyRecord(str(row[0]), row[1], row[2])
            for row in rows["bodies"]
        },
        divisions=_spans(tuple(rows["places"])),
        frozen="" in frozen,
    )


@lru_cache(maxsize=4)
def _spans(places: tuple[Row, ...]) -> dict[str, tuple[DivisionSpan, ...]]:
    """The dated places by division, built again only when they change."""
    spans: dict[str, tuple[DivisionSpan, ...]] = {}
    for code, parent, since, until in places:
        span = DivisionSpan(
            code, parent, _midnight(since), _midnight(until) if until else None
        )
        spans[code] = (*spans.get(code, ()), span)
    return spans


def _terms(scheme: SchemeInEffect, frozen: frozenset[str]) -> SchemeTerms:
    return SchemeTerms(
        scheme=scheme.key,
        version=scheme.number,
        sectors=frozenset(scheme.rules.sectors),
        methods=frozenset(scheme.rules.methods),
        quorum=scheme.rules.quorum,
        lead_required=scheme.rules.lead_required,
        frozen=scheme.key in frozen,
        digest=scheme.digest,
        functions=FUNCTIONS[scheme.rules.kind],
    )


class Account(NamedTuple):
    """What is read of an officer's account."""

    pk: int
    public_id: UUID
    is_active: bool
    phone: str
    email: str

    def as_user(self) -> User:
        """The account as queries of the register want it; costs more than all above."""
        return User(pk=self.pk, public_id=self.public_id)


def _read_qualifications(
    rows: list[Row],
    users: Mapping[int, Account],
    schemes: dict[str, SchemeInEffect],
    now: datetime,
) -> dict[int, list[QualificationRecord]]:
    found: dict[int, list[QualificationRecord]] = {}
    for row in rows:
        scheme = schemes.get(row[2])
        study = _study(users[row[0]], scheme, row[7], now)
        record = QualificationRecord(
            qualification_id=str(row[1]),
            scheme=row[2],
            scheme_version=row[3],
            sectors=frozenset(row[4]),
            methods=frozenset(row[5]),
            divisions=frozenset(row[6]),
            valid_from=row[7],
            valid_to=row[8],
            changes=_changes(row[7], row[9], row[10], row[11], row[12]),
            issuer_id=str(row[13]),
            issuer_division=row[14],
            functions=_functions(scheme),
            study_due_at=study.short_since if study else None,
            study_minutes_missing=study.owed_minutes if study else 0,
        )
        found.setdefault(row[0], []).append(record)
    return found


def _study(
    user: Account, scheme: SchemeInEffect | None, holds_since: datetime, now: datetime
) -> StudyStanding | None:
    """How continuing study stands, remembered for half a minute.

    Within a year missing hours only ever become fewer, so what is remembered can
    refuse somebody half a minute too long but never permit too much.
    """
    if scheme is None or not scheme.rules.continuing_hours or now < holds_since:
        return None
    key = (
        str(user.public_id),
        scheme.digest,
        holds_since,
        now.astimezone(_zone()).year,
    )
    kept = _STUDY.get(key)
    if kept is not None and timedelta(0) <= now - kept[0] < STUDY_MEMORY:
        return kept[1]
    study = study_of(user.as_user(), scheme.rules, holds_since=holds_since, at=now)
    if len(_STUDY) >= STUDY_MEMORY_SIZE:
        _STUDY.clear()
    _STUDY[key] = (now, study)
    return study


def _changes(
    valid_from: datetime,
    state: str,
    suspended_since: datetime | None,
    closed_at: datetime | None,
    ground: str,
) -> tuple[StatusChange, ...]:
    """The history a projected row still knows: issue, suspension, end."""
    changes = [StatusChange("active", valid_from, valid_from)]
    cause = CAUSES.get(Ground(ground), "") if ground else ""
    if suspended_since is not None:
        changes.append(
            StatusChange("suspended", suspended_since, suspended_since, ground, cause)
        )
    if closed_at is not None:
        changes.append(StatusChange(state, closed_at, closed_at, ground, cause))
    return tuple(changes)


def _fold_qualifications(
    users: Mapping[int, Account],
    schemes: dict[str, SchemeInEffect],
    at: datetime,
    known_at: datetime | None,
) -> dict[int, list[QualificationRecord]]:
    """One record per qualification with the single state the fold gives for ``at``."""
    found: dict[int, list[QualificationRecord]] = {}
    for key, user in users.items():
        held = was_qualified(user.as_user(), at=at, known_at=known_at)
        issuers = dict(
            Qualification.objects.filter(officer_id=key).values_list(
                "public_id", "issuer__division_code"
            )
        )
        for public_id, scheme, standing, state in held:
            if state == QualificationState.ABSENT or not standing.terms:
                continue
            since = (
                standing.closed_at
                or standing.suspended_since
                or standing.terms[0].since
            )
            cause = CAUSES.get(Ground(standing.ground), "") if standing.ground else ""
            change = StatusChange(state.value, since, since, standing.ground, cause)
            record = QualificationRecord(
                qualification_id=str(public_id),
                scheme=scheme,
                scheme_version=standing.scheme_version,
                sectors=standing.scope.sectors,
                methods=standing.scope.methods,
                divisions=standing.scope.divisions,
                valid_from=standing.terms[0].since,
                valid_to=standing.terms[-1].until,
                changes=(change,),
                issuer_division=issuers.get(public_id, ""),
                functions=_functions(schemes.get(scheme)),
            )
            found.setdefault(key, []).append(record)
    return found


def _functions(scheme: SchemeInEffect | None) -> frozenset[str]:
    return FUNCTIONS[scheme.rules.kind] if scheme else frozenset()


def _read_posts(rows: list[Row]) -> dict[int, list[PostRecord]]:
    posts: dict[int, list[PostRecord]] = {}
    for user, body, division, body_type, joined, left in rows:
        post = PostRecord(
            organisation_id=str(body),
            division=division,
            body_type=body_type,
            since=_midnight(joined),
            until=_midnight(left) if left else None,
        )
        posts.setdefault(user, []).append(post)
    return posts


def _read_recusals(rows: list[Row]) -> dict[int, list[RecusalRecord]]:
    found: dict[int, list[RecusalRecord]] = {}
    for officer, site, inspection, since, until, employer in rows:
        record = RecusalRecord(site, inspection, since, until, employer)
        found.setdefault(officer, []).append(record)
    return found


def read_state() -> tuple[str, bool]:
    """Which timeline this database is on, and whether the gate froze itself."""
    state, _ = GateState.objects.get_or_create(pk=1)
    timeline = timeline_of(state.installation, state.reconciled_at)
    return timeline, state.frozen_at is not None


def timeline_of(installation: UUID, reconciled_at: datetime | None) -> str:
    """An installation since its last reconciliation: revisions only ever rise in it."""
    since = reconciled_at.astimezone(UTC).isoformat() if reconciled_at else ""
    return f"{installation} {since}".rstrip()


def _uuids(texts: Iterable[str]) -> list[UUID]:
    """The texts that are canonical UUIDs; anything else names nobody."""
    return [UUID(text) for text in sorted(texts) if CANONICAL_UUID.fullmatch(text)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=_zone())


@lru_cache(maxsize=1)
def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def schemes_digest(view: RegisterView) -> str:
    """One digest over every scheme in effect and the dated places: the policy."""
    parts: list[Any] = sorted(
        (terms.scheme, terms.version, terms.digest) for terms in view.schemes.values()
    )
    parts += [
        (code, span.parent, str(span.since), str(span.until))
        for code, spans in view.divisions.items()
        for span in spans
    ]
    text = json.dumps(parts, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
