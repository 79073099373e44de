"""Taking SCORM packages in, and keeping what they report."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from lxml import etree

from accounts.models import User
from courses.errors import PackageRefused
from courses.models import LessonProgress, ScormAttempt, ScormPackage
from courses.rules.packages import (
    MANIFEST,
    MAX_BYTES,
    Entry,
    Manifest,
    Refused,
    all_completed,
    check_entries,
    check_manifest_bytes,
    read_manifest,
    read_report,
)
from courses.services.learning import lock_clock, settle_progress

CHUNK = 64 * 1024
MAX_CMI = 200_000
TICKET_SALT = "courses.packages"
TICKET_AGE = 12 * 60 * 60


def packages_root() -> Path:
    """Where packages lie unpacked: outside the media files, served by nobody else."""
    return Path(settings.MEDIA_ROOT).parent / "packages"


def upload_package(
    file: IO[bytes], *, by: User, now: datetime, title: str = ""
) -> ScormPackage:
    """Judge, unpack and keep a package; the same bytes again are the same package.

    Raises PackageRefused with the reason; nothing of a refused package stays.
    """
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(CHUNK), b""):
        digest.update(chunk)
    existing = ScormPackage.objects.filter(sha256=digest.hexdigest()).first()
    if existing is not None:
        return existing
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = check_entries(map(_entry, archive.infolist()))
            manifest = _manifest(archive, entries)
            return _keep(archive, entries, manifest, title, digest.hexdigest(), by, now)
    except Refused as refusal:
        raise PackageRefused(refusal.reason, refusal.detail) from refusal
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise PackageRefused("no_zip", type(error).__name__) from error


def _entry(info: zipfile.ZipInfo) -> Entry:
    return Entry(
        name=info.orig_filename,
        size=info.file_size,
        packed=info.compress_size,
        mode=info.external_attr >> 16,
        encrypted=bool(info.flag_bits & 0x1),
    )


def _manifest(archive: zipfile.ZipFile, entries: list[Entry]) -> Manifest:
    with archive.open(MANIFEST) as handle:
        source = handle.read(2 * 1024 * 1024)
    check_manifest_bytes(source)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root: Element = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("manifest_broken", str(error)[:80]) from error
    return read_manifest(root, frozenset(entry.name for entry in entries))


@transaction.atomic
def _keep(
    archive: zipfile.ZipFile,
    entries: list[Entry],
    manifest: Manifest,
    title: str,
    digest: str,
    by: User,
    now: datetime,
) -> ScormPackage:
    package = ScormPackage.objects.create(
        title=title or manifest.title or _("SCORM package"),
        version=manifest.version,
        parts=[asdict(part) for part in manifest.parts],
        files=len(entries),
        size=sum(entry.size for entry in entries),
        sha256=digest,
        uploaded_by=by,
        uploaded_at=now,
    )
    folder = packages_root() / str(package.public_id)
    try:
        _unpack(archive, entries, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return package


def _unpack(archive: zipfile.ZipFile, entries: list[Entry], folder: Path) -> None:
    """Unpack by counting real bytes: a directory may lie about sizes."""
    written = 0
    for entry in entries:
        target = folder / entry.name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise Refused("path", entry.name[:80])
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry.name) as source, target.open("xb") as sink:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                written += len(chunk)
                if written > MAX_BYTES:
                    raise Refused("too_large", entry.name)
                sink.write(chunk)


def package_ticket(package: ScormPackage, user: User, home: str) -> str:
    """A ticket for the content host, which knows no sessions: package and whose page.

    `home` is the origin that may frame the package and hear its reports.
    """
    content = [str(package.public_id), home, str(user.public_id)]
    return signing.dumps(content, salt=TICKET_SALT, compress=True)


def read_ticket(ticket: str) -> tuple[str, str] | None:
    """Package and home of a ticket; None when it is forged or too old."""
    try:
        package, home, _user = signing.loads(
            ticket, salt=TICKET_SALT, max_age=TICKET_AGE
        )
    except (signing.BadSignature, ValueError):
        return None
    return str(package), str(home)


@transaction.atomic
def save_attempt(
    progress: LessonProgress, part: str, cmi: dict[str, Any], *, now: datetime
) -> ScormAttempt:
    """Keep what a part of a package reports; completion once reported stays.

    With its last part the package ends the lesson's reading; the study time demanded is
    still asked for.
    """
    package = progress.lesson.package
    if package is None or part not in {one.key for one in package.launches}:
        raise PackageRefused("unknown_part")
    if len(json.dumps(cmi)) > MAX_CMI:
        raise PackageRefused("report_too_large")
    lock_clock(progress.enrolment.user_id)
    fresh = LessonProgress.objects.get(pk=progress.pk)
    report = read_report(package.version, cmi)
    attempt, _made = ScormAttempt.objects.get_or_create(
        progress=fresh, package=package, part=part, defaults={"changed_at": now}
    )
    attempt.cmi = cmi
    attempt.completed = attempt.completed or report.completed
    attempt.passed = report.passed if report.passed is not None else attempt.passed
    attempt.score = report.score if report.score is not None else attempt.score
    attempt.reported_seconds = max(attempt.reported_seconds, report.seconds)
    attempt.changed_at = now
    attempt.save()
    done = fresh.attempts.filter(package=package, completed=True)
    completed = frozenset(done.values_list("part", flat=True))
    fresh.reached_end |= all_completed(package.launches, completed)
    settle_progress(fresh, now=now)
    return attempt
