"""What a SCORM package must look like before anything of it is used.

A package is a stranger's zip file. It is judged by its directory and its manifest
before a single file is unpacked; every refusal names its reason by a code.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

MAX_FILES = 3000
MAX_PARTS = 200
MAX_BYTES = 300 * 1024 * 1024
MAX_RATIO = 200
SMALL_FILE = 1024 * 1024
MANIFEST = "imsmanifest.xml"
FORBIDDEN_XML = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
SYMLINK = 0o120000


@dataclass(frozen=True)
class Entry:
    """One entry of the zip's directory."""

    name: str
    size: int
    packed: int
    mode: int
    encrypted: bool


@dataclass(frozen=True)
class Part:
    """One thing to launch; a part that `reports` says itself when it is completed."""

    key: str
    title: str
    entry: str
    reports: bool


@dataclass(frozen=True)
class Manifest:
    """What we need of a manifest."""

    version: str
    title: str
    parts: tuple[Part, ...]


class Refused(Exception):
    """A package that is not taken; `reason` is a stable code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def check_entries(entries: Iterable[Entry]) -> list[Entry]:
    """The files of a package; raises Refused for bombs, traversal and tricks."""
    files: list[Entry] = []
    seen: set[str] = set()
    total = 0
    for entry in entries:
        _check_name(entry)
        if entry.name.endswith("/"):
            continue
        if entry.name.lower() in seen:
            raise Refused("doubled_file", entry.name)
        seen.add(entry.name.lower())
        if entry.encrypted:
            raise Refused("encrypted", entry.name)
        if entry.mode & 0o170000 == SYMLINK:
            raise Refused("link", entry.name)
        total += entry.size
        if len(seen) > MAX_FILES:
            raise Refused("too_many_files", str(MAX_FILES))
        if total > MAX_BYTES:
            raise Refused("too_large", f"{MAX_BYTES // 1024 // 1024} MB")
        if entry.size > SMALL_FILE and entry.size > MAX_RATIO * max(entry.packed, 1):
            raise Refused("bomb", entry.name)
        files.append(entry)
    if MANIFEST not in {entry.name for entry in files}:
        raise Refused("no_manifest", MANIFEST)
    return files


def _check_name(entry: Entry) -> None:
    name = entry.name
    parts = name.rstrip("/").split("/")
    if (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\x00" in name
        or re.match(r"^[A-Za-z]:", name)
        or any(part in {"", ".", ".."} for part in parts)
        or len(name) > 400
    ):
        raise Refused("path", name[:80])


def check_manifest_bytes(source: bytes) -> None:
    """No document type and no entities: they are only ever used for attacks here."""
    if FORBIDDEN_XML.search(source):
        raise Refused("manifest_entities")


def read_manifest(root: Element, names: frozenset[str]) -> Manifest:
    """Version, title and the launchable parts of a manifest, in the order of its items."""
    if _local(root) != "manifest":
        raise Refused("manifest_broken", _local(root))
    version = _version(root)
    resources = {
        one.get("identifier", ""): one
        for one in root.iter()
        if _local(one) == "resource" and one.get("href")
    }
    items = [
        one
        for one in root.iter()
        if _local(one) == "item" and one.get("identifierref", "") in resources
    ]
    parts = tuple(
        _part(item, resources[item.get("identifierref", "")], names) for item in items
    )
    if not parts:
        parts = tuple(_part(one, one, names) for one in list(resources.values())[:1])
    if not parts:
        raise Refused("nothing_to_launch")
    if len(parts) > MAX_PARTS:
        raise Refused("too_many_parts", str(MAX_PARTS))
    if len({part.key for part in parts}) < len(parts):
        raise Refused("manifest_broken", "identifier")
    return Manifest(version, _title(root), parts)


def _part(item: Element, resource: Element, names: frozenset[str]) -> Part:
    base = resource.get("{http://www.w3.org/XML/1998/namespace}base", "")
    href = base + resource.get("href", "")
    kind = next(
        (
            value
            for name, value in resource.attrib.items()
            if name.rsplit("}", 1)[-1].lower() == "scormtype"
        ),
        "sco",
    )
    return Part(
        key=item.get("identifier", "")[:120],
        title=_title(item) if item is not resource else "",
        entry=_entry(href + item.get("parameters", ""), names),
        reports=kind.lower() == "sco",
    )


def _entry(href: str, names: frozenset[str]) -> str:
    parts = urlsplit(href)
    path = posixpath.normpath(unquote(parts.path))
    if parts.scheme or parts.netloc or path.startswith(("/", "..")):
        raise Refused("launches_elsewhere", href[:80])
    if path not in names:
        raise Refused("launch_missing", path[:80])
    query = f"?{parts.query}" if parts.query else ""
    return path + query


def _version(root: Element) -> str:
    for one in root.iter():
        if _local(one) == "schemaversion":
            text = (one.text or "").strip()
            if text == "1.2":
                return "1.2"
            if "2004" in text or text == "CAM 1.3":
                return "2004"
            raise Refused("version", text[:40])
    raise Refused("version", "")


def _title(root: Element) -> str:
    for one in root.iter():
        if _local(one) == "title" and (one.text or "").strip():
            return (one.text or "").strip()[:200]
    return ""


def _local(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def all_completed(parts: Iterable[Part], completed: frozenset[str]) -> bool:
    """Whether a package is through: every part that reports has said so.

    A package of which no part reports never completes; its lesson ends by being read.
    """
    asked = {part.key for part in parts if part.reports}
    return bool(asked) and asked <= completed


@dataclass(frozen=True)
class Report:
    """What a running package reports about itself, in one shape for both versions."""

    completed: bool
    passed: bool | None
    score: float | None
    seconds: int


def read_report(version: str, cmi: dict[str, object]) -> Report:
    """Completion, score and time out of the runtime's data; nonsense counts nothing."""
    flat = _flatten(cmi)
    if version == "1.2":
        status = flat.get("cmi.core.lesson_status", "")
        raw, high = _number(flat.get("cmi.core.score.raw")), 100.0
        high = _number(flat.get("cmi.core.score.max")) or high
        return Report(
            completed=status in {"completed", "passed"},
            passed={"passed": True, "failed": False}.get(status),
            score=min(max(raw / high, 0), 1) if raw is not None else None,
            seconds=_clock(flat.get("cmi.core.total_time", "")),
        )
    success = flat.get("cmi.success_status", "")
    scaled = _number(flat.get("cmi.score.scaled"))
    return Report(
        completed=flat.get("cmi.completion_status") == "completed",
        passed={"passed": True, "failed": False}.get(success),
        score=min(max(scaled, 0), 1) if scaled is not None else None,
        seconds=_period(flat.get("cmi.total_time", "")),
    )


def _flatten(value: object, name: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        flat: dict[str, str] = {}
        for key, inner in value.items():
            flat |= _flatten(inner, f"{name}.{key}" if name else str(key))
        return flat
    return {name: str(value)} if value is not None else {}


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e9 else None


def _clock(text: str) -> int:
    match = re.fullmatch(r"(\d{1,4}):(\d{2}):(\d{2})(?:\.\d+)?", text)
    if not match:
        return 0
    hours, minutes, seconds = (int(one) for one in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _period(text: str) -> int:
    match = re.fullmatch(
        r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?",
        text,
    )
    if not match:
        return 0
    days, hours, minutes, seconds = (int(one or 0) for one in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
