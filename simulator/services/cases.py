"""Cases in and out: import with a dry run, publication behind its gates."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.chain import canonical
from accounts.models import User
from simulator.case_format import check_case, locate
from simulator.data import Finding
from simulator.engine import load_case
from simulator.engine.media import check_svg
from simulator.engine.publication import bot_table, played_by, publication_problems
from simulator.enums import CaseStatus
from simulator.errors import CaseInvalidError, PublishRefusedError
from simulator.models import CaseMedia, CaseVersion, InspectionCase
from simulator.queries import law_findings, payload_of
from simulator.services.archives import CasePackage, media_names

ERROR = "error"


@dataclass(frozen=True)
class ImportReport:
    """What an import would do, or did."""

    case_key: str
    number: int
    sha256: str
    findings: tuple[Finding, ...]
    changes: tuple[str, ...] = ()
    version: CaseVersion | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        return all(finding.level != ERROR for finding in self.findings)


def check_package(package: CasePackage, *, today: date) -> ImportReport:
    """Everything an import checks, without writing: the dry run."""
    payload = package.text.payload
    problems = [
        Finding(ERROR, problem.path, locate(problem, package.text.lines), problem.text)
        for problem in check_case(payload, today=today)
    ]
    problems += _media_findings(package)
    given = payload.get("case")
    head = given if isinstance(given, dict) else {}
    key, number = str(head.get("id", "")), int(head.get("version") or 0)
    digest = fingerprint(payload)
    if not problems:
        problems += [
            Finding(level, path, package.text.lines.get(path), message)
            for level, path, message in law_findings(load_case(payload), today)
        ]
        problems += _number_findings(key, number, digest)
    return ImportReport(
        case_key=key,
        number=number,
        sha256=digest,
        findings=tuple(problems),
        changes=tuple(_changes(key, payload)),
    )


@transaction.atomic
def import_case(
    package: CasePackage, *, now: datetime, by: User | None = None
) -> ImportReport:
    """Store the case as a draft version. Importing the same again changes nothing.

    Raises `CaseInvalidError` with every finding when a check fails; then nothing
    is written. A published number is never overwritten.
    """
    report = check_package(package, today=now.date())
    if not report.ok:
        raise CaseInvalidError(
            "\n".join(f.message for f in report.findings if f.level == ERROR)
        )
    payload = package.text.payload
    content = load_case(payload)
    case, _created = InspectionCase.objects.update_or_create(
        key=report.case_key,
        defaults={"title": content.head.title, "sector": content.head.sector},
    )
    existing = CaseVersion.objects.filter(case=case, number=report.number).first()
    if existing is not None:
        if existing.sha256 == report.sha256:
            return _with_version(report, existing)
        existing.delete()
    version = CaseVersion.objects.create(
        case=case,
        number=report.number,
        payload=canonical(dict(payload)).decode(),
        sha256=report.sha256,
        law_as_of=content.head.law_as_of,
        law_review_due=content.head.law_review_due,
        imported_at=now,
    )
    CaseMedia.objects.bulk_create(
        CaseMedia(
            version=version,
            path=path,
            content=body,
            sha256=hashlib.sha256(body).hexdigest(),
        )
        for path, body in sorted(package.media.items())
    )
    return _with_version(report, version)


@transaction.atomic
def publish_case(
    version: CaseVersion, *, now: datetime, by: User | None
) -> CaseVersion:
    """Freeze a version and make it the one that is played.

    Refused unless the checks hold, the experts pass and every cheat fails in every
    variant. Publishing what is published already changes nothing.
    """
    version = CaseVersion.objects.select_for_update().get(pk=version.pk)
    if version.status == CaseStatus.PUBLISHED:
        return version
    problems = check_case(payload_of(version))
    if problems:
        raise PublishRefusedError("\n".join(problem.text for problem in problems))
    report = gate_report(version)
    if report["refused"]:
        raise PublishRefusedError("\n".join(report["refused"]))
    version.status = CaseStatus.PUBLISHED
    version.published_at = now
    version.published_by = by
    version.bot_report = report
    version.save(update_fields=["status", "published_at", "published_by", "bot_report"])
    InspectionCase.objects.filter(pk=version.case_id).update(live_version=version)
    return version


def gate_report(version: CaseVersion) -> dict[str, Any]:
    """What the bots reach in the variants of this version, and what forbids it."""
    return _played(version.sha256, version.payload)


@lru_cache(maxsize=8)
def _played(sha256: str, payload: str) -> dict[str, Any]:
    """The bots are pure: the same content need not be played twice."""
    case = load_case(json.loads(payload))
    played = played_by(case)
    return {
        "refused": [problem.text for problem in publication_problems(case, played)],
        "strategies": {row.strategy: asdict(row) for row in bot_table(played)},
    }


@transaction.atomic
def retire_case(case: InspectionCase) -> None:
    """Offer the case no more; runs already begun go on. Repeating changes nothing."""
    version = case.live_version
    if version is None:
        return
    case.live_version = None
    case.save(update_fields=["live_version"])
    version.status = CaseStatus.RETIRED
    version.save(update_fields=["status"])


def fingerprint(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form of a payload; empty when it has none."""
    try:
        return hashlib.sha256(canonical(dict(payload))).hexdigest()
    except (TypeError, ValueError):
        return ""


def _with_version(report: ImportReport, version: CaseVersion) -> ImportReport:
    return ImportReport(
        report.case_key,
        report.number,
        report.sha256,
        report.findings,
        report.changes,
        version,
    )


def _media_findings(package: CasePackage) -> list[Finding]:
    found = []
    for name in media_names(package.text.payload):
        if name not in package.media:
            message = gettext("The drawing “%(name)s” is missing.") % {"name": name}
            found.append(Finding(ERROR, name, None, message))
    for name, body in package.media.items():
        try:
            faults = check_svg(body.decode("utf-8"))
        except UnicodeDecodeError:
            faults = ("not_utf8",)
        for fault in faults:
            message = gettext("The drawing “%(name)s” is refused: %(fault)s.") % {
                "name": name,
                "fault": fault,
            }
            found.append(Finding(ERROR, name, None, message))
    return found


def _number_findings(key: str, number: int, digest: str) -> list[Finding]:
    existing = CaseVersion.objects.filter(case__key=key, number=number).first()
    if existing is None or existing.sha256 == digest:
        return []
    if existing.status == CaseStatus.DRAFT:
        return [
            Finding("info", "case.version", None, gettext("The draft is replaced."))
        ]
    message = gettext(
        "Version %(number)s is published and cannot change: count case.version up."
    ) % {"number": number}
    return [Finding(ERROR, "case.version", None, message)]


def _changes(key: str, payload: Mapping[str, Any]) -> list[str]:
    """Which paths differ from the live version, for the reader of a dry run."""
    case = InspectionCase.objects.filter(key=key).select_related("live_version").first()
    if case is None or case.live_version is None:
        return []
    return sorted(_differences(json.loads(case.live_version.payload), payload, ""))


def _differences(old: Any, new: Any, path: str) -> set[str]:
    if old == new:
        return set()
    if isinstance(old, dict) and isinstance(new, Mapping):
        keys = {*old, *new}
        return set().union(
            *(
                _differences(old.get(k), new.get(k), f"{path}.{k}".lstrip("."))
                for k in keys
            )
        )
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return set().union(
            *(
                _differences(a, b, f"{path}[{n}]")
                for n, (a, b) in enumerate(zip(old, new, strict=True))
            )
        )
    return {path}
