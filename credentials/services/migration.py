"""Taking over an earlier register: all rows or none, marked as migrated."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from accounts.chain import canonical, link_hash
from accounts.models import Membership, Organisation, User
from courses.enums import Method, Sector
from credentials.enums import Act, Exclusion, Ground
from credentials.errors import Excluded, ImportRefused
from credentials.formats.earlier import EarlierEntry
from credentials.models import (
    Card,
    EvidenceLink,
    LedgerEntry,
    NumberSeries,
    Qualification,
    Register,
    Scheme,
)
from credentials.queries.people import same_person
from credentials.queries.register import (
    scheme_version_in_effect,
    to_entry,
    zone,
)
from credentials.rules.lifecycle import Entry, IllegalAct, fold
from credentials.rules.numbers import parse_number
from credentials.services.ledger import lock_register, project
from credentials.signals import register_imported

BATCH = 2000


@dataclass(slots=True)
class ImportReport:
    """What was (or would be) taken over, what was there already, what is wrong."""

    taken_over: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


@transaction.atomic
def import_register(
    entries: Sequence[EarlierEntry],
    *,
    scheme: Scheme,
    issuer: Organisation,
    by: User,
    approved_by: User,
    now: datetime,
    source: str = "earlier-register",
    dry_run: bool = False,
) -> ImportReport:
    """Takes over an earlier register; idempotent by card number and officer.

    Each row of ``source`` is the evidence of what is taken over from it, and what
    the earlier register recorded since is written behind it.

    Two people answer for it. Raises ``ImportRefused`` with every faulty row and
    writes nothing; a dry run reports instead and never writes.
    """
    if same_person(by, approved_by):
        raise Excluded([Exclusion.SAME_PERSON_AS_PROPOSER])
    register = lock_register()
    version = scheme_version_in_effect(scheme, now)
    report = ImportReport()
    officers = _officers(entries)
    wanted = _check(entries, officers, scheme, by, approved_by, report, now)
    if version is None:
        report.problems.append(f"0: no version of {scheme.key} is in effect")
    if dry_run:
        report.taken_over = len(wanted)
        return report
    if report.problems or version is None:
        raise ImportRefused(report.problems)
    rules = version.rules()
    bodies = _bodies([officers[e.officer].pk for e in wanted], now)
    for start in range(0, len(wanted), BATCH):
        _write(
            register,
            [
                (entry, officers[entry.officer])
                for entry in wanted[start : start + BATCH]
            ],
            bodies,
            scheme=scheme,
            version=version.number,
            defaults=(rules.sectors, rules.methods),
            issuer=issuer,
            by=by,
            approved_by=approved_by,
            source=source,
            now=now,
        )
    _raise_series(wanted)
    report.taken_over = len(wanted)
    return report


def _check(
    entries: Sequence[EarlierEntry],
    officers: dict[str | None, User],
    scheme: Scheme,
    by: User,
    approved_by: User,
    report: ImportReport,
    now: datetime,
) -> list[EarlierEntry]:
    """The rows to write; each problem names its row."""
    taken = dict(Card.objects.values_list("number", "qualification__officer_id"))
    held = set(
        Qualification.objects.filter(scheme=scheme, closed_at__isnull=True).values_list(
            "officer_id", flat=True
        )
    )
    wanted: list[EarlierEntry] = []
    for entry in entries:
        officer = officers.get(entry.officer)
        problem = ""
        if officer is None:
            problem = f"unknown officer {entry.officer}"
        elif taken.get(entry.number) == officer.pk:
            report.unchanged += 1
            continue
        elif entry.number in taken:
            problem = f"number {entry.number} belongs to somebody else"
        elif officer.pk in held:
            problem = f"{entry.officer} already holds a qualification"
        elif officer.pk in {by.pk, approved_by.pk}:
            problem = f"{entry.officer} may not take over the own entry"
        elif set(entry.sectors) - set(Sector.values):
            problem = f"unknown sector in {', '.join(entry.sectors)}"
        elif set(entry.methods) - set(Method.values):
            problem = f"unknown method in {', '.join(entry.methods)}"
        else:
            problem = _history_problem(entry, now)
        if problem or officer is None:
            report.problems.append(f"{entry.row}: {problem}")
            continue
        taken[entry.number] = officer.pk
        held.add(officer.pk)
        wanted.append(entry)
    return wanted


def _officers(entries: Sequence[EarlierEntry]) -> dict[str | None, User]:
    """The officers named, by number; only what the taking over needs of each."""
    numbers = [entry.officer for entry in entries]
    found: dict[str | None, User] = {}
    for start in range(0, len(numbers), BATCH):
        users = User.objects.filter(officer_number__in=numbers[start : start + BATCH])
        for user in users.only("public_id", "name", "officer_number"):
            found[user.officer_number] = user
    return found


def _history_problem(entry: EarlierEntry, now: datetime) -> str:
    """Why what the earlier register says happened cannot have happened, if so."""
    if any(_midnight(act.on) > now for act in entry.history):
        return "an act lies in the future"
    opening = {"scheme_version": 1, "sectors": [], "methods": [], "divisions": []}
    writings = _writings(entry, opening)
    try:
        fold(
            Entry(place, act, at, now, details)
            for place, (act, at, _, details) in enumerate(writings, start=1)
        )
    except IllegalAct as error:
        return f"the acts do not follow each other: {error}"
    return ""


def _write(
    register: Register,
    rows: Sequence[tuple[EarlierEntry, User]],
    bodies: dict[int, tuple[str, str]],
    *,
    scheme: Scheme,
    version: int,
    defaults: tuple[tuple[str, ...], tuple[str, ...]],
    issuer: Organisation,
    by: User,
    approved_by: User,
    source: str,
    now: datetime,
) -> None:
    """One batch: chained entries, and their rows in one statement for each table."""
    entries: list[LedgerEntry] = []
    spans: list[slice] = []
    keys = [uuid.uuid4() for _ in rows]
    for key, (earlier, officer) in zip(keys, rows, strict=True):
        _, division = bodies.get(officer.pk, ("", issuer.division_code))
        writings = _writings(
            earlier,
            {
                "scheme_version": version,
                "sectors": sorted(earlier.sectors or defaults[0]),
                "methods": sorted(earlier.methods or defaults[1]),
                "divisions": sorted(earlier.divisions or [division]),
                "issuer": str(issuer.public_id),
                "evidence": [_evidence(earlier, source)],
            },
        )
        begin = len(entries)
        for act, effective_at, document, details in writings:
            entry = LedgerEntry(
                sequence=register.sequence + 1,
                act=act,
                qualification=key,
                officer=officer.public_id,
                scheme=scheme.key,
                effective_at=effective_at,
                recorded_at=now,
                proposed_by=by.public_id,
                approved_by=approved_by.public_id,
                ground=Ground.EARLIER_REGISTER,
                document=document,
                details=details,
                prev_hash=register.hash,
            )
            entry.hash = link_hash(entry.prev_hash, entry.payload())
            register.sequence, register.hash = entry.sequence, entry.hash
            entries.append(entry)
        spans.append(slice(begin, len(entries)))
    LedgerEntry.objects.bulk_create(entries)
    register.save(update_fields=["sequence", "hash"])
    qualifications = Qualification.objects.bulk_create(
        project(
            Qualification(public_id=key, officer=officer, scheme=scheme, issuer=issuer),
            fold(map(to_entry, entries[span])),
        )
        for key, span, (_, officer) in zip(keys, spans, rows, strict=True)
    )
    _write_beside(qualifications, rows, bodies, source, now=now)
    register_imported.send(LedgerEntry, entries=entries, now=now)


def _writings(
    earlier: EarlierEntry, opening: dict[str, Any]
) -> Iterator[tuple[Act, datetime, str, dict[str, Any]]]:
    """Act, day, document and details of the taking over and of what followed it."""
    since, until = _midnight(earlier.valid_from), _midnight(earlier.valid_to)
    yield (
        Act.MIGRATED,
        since,
        earlier.document,
        {
            "provenance": "migrated",
            "number": earlier.number,
            "valid_from": since.isoformat(),
            "valid_to": until.isoformat(),
            **opening,
        },
    )
    for act in earlier.history:
        details: dict[str, Any] = {"provenance": "migrated"}
        if act.ground:
            details["earlier_ground"] = act.ground
        if act.valid_to is not None:
            end = _midnight(act.valid_to)
            details["valid_to"] = end.isoformat()
            if act.act == Act.RENEWED:
                details["valid_from"] = max(until, _midnight(act.on)).isoformat()
            until = end
        yield act.act, _midnight(act.on), act.document, details


def _evidence(earlier: EarlierEntry, source: str) -> dict[str, str]:
    """The row of the earlier register as evidence, by file, place and content."""
    content = {
        field.name: str(getattr(earlier, field.name)) for field in fields(earlier)
    }
    return {
        "requirement": Ground.EARLIER_REGISTER.value,
        "reference": f"{source}#{earlier.row}",
        "hash": hashlib.sha256(canonical(content)).hexdigest(),
    }


def _write_beside(
    qualifications: Sequence[Qualification],
    rows: Sequence[tuple[EarlierEntry, User]],
    bodies: dict[int, tuple[str, str]],
    source: str,
    *,
    now: datetime,
) -> None:
    """The cards of a batch, and what each qualification rests on."""
    Card.objects.bulk_create(
        Card(
            token=secrets.token_urlsafe(16),
            qualification=qualification,
            number=qualification.number,
            name=officer.name,
            body=bodies.get(officer.pk, ("", ""))[0],
            issued_at=qualification.valid_from,
            reason=Ground.EARLIER_REGISTER,
        )
        for qualification, (_, officer) in zip(qualifications, rows, strict=True)
    )
    EvidenceLink.objects.bulk_create(
        EvidenceLink(
            qualification=qualification,
            requirement=Ground.EARLIER_REGISTER,
            reference=(evidence := _evidence(earlier, source))["reference"],
            content_hash=evidence["hash"],
            linked_at=now,
        )
        for qualification, (earlier, _) in zip(qualifications, rows, strict=True)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def _bodies(user_ids: list[int], now: datetime) -> dict[int, tuple[str, str]]:
    """User → name and division of the body they work in today."""
    posts = Membership.objects.on(now.astimezone(zone()).date()).select_related(
        "organisation"
    )
    wanted = set(user_ids)
    return {
        post.user_id: (post.organisation.name, post.organisation.division_code)
        for post in posts
        if post.user_id in wanted
    }


def _raise_series(entries: Sequence[EarlierEntry]) -> None:
    """Our own numbers go on after the highest number taken over."""
    highest: dict[tuple[str, int], int] = {}
    for entry in entries:
        parsed = parse_number(entry.number)
        if parsed:
            key = (parsed[0], parsed[1])
            highest[key] = max(highest.get(key, 0), parsed[2])
    for (division, year), last in highest.items():
        series, _ = NumberSeries.objects.get_or_create(division=division, year=year)
        series.last = max(series.last, last)
        series.save(update_fields=["last"])
