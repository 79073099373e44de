"""Taking over an earlier register: all rows or none, marked as migrated."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction

from accounts.chain import link_hash
from accounts.models import Membership, Organisation, User
from courses.enums import Method, Sector
from credentials.enums import Act, Exclusion, Ground
from credentials.errors import Excluded, ImportRefused
from credentials.formats.earlier import EarlierEntry
from credentials.models import (
    Card,
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
from credentials.rules.lifecycle import fold
from credentials.rules.numbers import parse_number
from credentials.services.ledger import announce, lock_register, project

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
    dry_run: bool = False,
) -> ImportReport:
    """Takes over an earlier register; idempotent by card number and officer.

    Two people answer for it. Raises ``ImportRefused`` with every faulty row and
    writes nothing; a dry run reports instead and never writes.
    """
    if same_person(by, approved_by):
        raise Excluded([Exclusion.SAME_PERSON_AS_PROPOSER])
    register = lock_register()
    version = scheme_version_in_effect(scheme, now)
    report = ImportReport()
    officers = {
        user.officer_number: user
        for user in User.objects.filter(officer_number__isnull=False)
    }
    wanted = _check(entries, officers, scheme, by, approved_by, report)
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
        if problem or officer is None:
            report.problems.append(f"{entry.row}: {problem}")
            continue
        taken[entry.number] = officer.pk
        held.add(officer.pk)
        wanted.append(entry)
    return wanted


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
    now: datetime,
) -> None:
    """One batch: chained entries, their rows and cards in three statements."""
    entries: list[LedgerEntry] = []
    keys = [uuid.uuid4() for _ in rows]
    for key, (earlier, officer) in zip(keys, rows, strict=True):
        _, division = bodies.get(officer.pk, ("", issuer.division_code))
        since = datetime.combine(earlier.valid_from, time(), zone())
        until = datetime.combine(earlier.valid_to, time(), zone())
        entry = LedgerEntry(
            sequence=register.sequence + 1,
            act=Act.MIGRATED,
            qualification=key,
            officer=officer.public_id,
            scheme=scheme.key,
            effective_at=since,
            recorded_at=now,
            proposed_by=by.public_id,
            approved_by=approved_by.public_id,
            ground=Ground.EARLIER_REGISTER,
            document=earlier.document,
            details={
                "provenance": "migrated",
                "number": earlier.number,
                "scheme_version": version,
                "valid_from": since.isoformat(),
                "valid_to": until.isoformat(),
                "sectors": sorted(earlier.sectors or defaults[0]),
                "methods": sorted(earlier.methods or defaults[1]),
                "divisions": sorted(earlier.divisions or [division]),
                "issuer": str(issuer.public_id),
            },
            prev_hash=register.hash,
        )
        entry.hash = link_hash(entry.prev_hash, entry.payload())
        register.sequence, register.hash = entry.sequence, entry.hash
        entries.append(entry)
    LedgerEntry.objects.bulk_create(entries)
    register.save(update_fields=["sequence", "hash"])
    qualifications = Qualification.objects.bulk_create(
        project(
            Qualification(public_id=key, officer=officer, scheme=scheme, issuer=issuer),
            fold([to_entry(entry)]),
        )
        for key, entry, (_, officer) in zip(keys, entries, rows, strict=True)
    )
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
    for entry in entries:
        announce(entry)


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
