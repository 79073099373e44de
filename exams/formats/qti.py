"""QTI 2.x and 3.0: packages and single items."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from exams.data import ItemDraft
from exams.formats.base import (
    NOTHING_SHARED,
    Defaults,
    FileRefused,
    Place,
    QuestionRefused,
    Reading,
    Shared,
    Source,
    read_questions,
)
from exams.formats.files import open_zip, parse_xml, read_entry
from exams.formats.html import image_source
from exams.formats.meta import with_meta
from exams.formats.qti_body import Body
from exams.formats.qti_keys import draft_of_body
from exams.formats.qti_names import FIELDS, first_named, name_of
from exams.formats.qti_stimulus import read_fields, read_shared

MANIFEST = "imsmanifest.xml"
ITEM_ROOT = "assessmentItem"


def read_qti(data: bytes, dialect: str, defaults: Defaults) -> Reading:
    """A package, or the XML of one item."""
    if not data.startswith(b"PK"):
        root = parse_xml(data)
        _check_root(root)
        place = Place("question", 1, (root.get("identifier") or "")[:80])
        source = (place, partial(_draft, root, {}, [], _no_picture))
        return read_questions(dialect, [source], defaults)
    package = open_zip(data)
    return read_questions(dialect, _sources(package), defaults, _shared(package))


def _shared(package: zipfile.ZipFile) -> Shared:
    manifest = _manifest_of(package)
    root = parse_xml(read_entry(package, manifest)) if manifest else None
    return NOTHING_SHARED if root is None else read_shared(root)


def _manifest_of(package: zipfile.ZipFile) -> str | None:
    names = package.namelist()
    return next((n for n in names if posixpath.basename(n) == MANIFEST), None)


def _check_root(root: Any) -> None:
    if name_of(root) == "questestinterop":
        raise FileRefused("qti_1", "QTI 1.x is not read; export as QTI 2 or 3.")
    if name_of(root) != ITEM_ROOT:
        raise FileRefused("qti_root", "The XML is no QTI item.")


def _no_picture(name: str) -> str:
    message = "A picture is named that did not come with the file."
    raise QuestionRefused("image_missing", message, name[:80])


def _sources(package: zipfile.ZipFile) -> Iterator[Source]:
    """The items that the manifest names; without one, every item in the zip."""
    names = package.namelist()
    manifest = _manifest_of(package)
    listed = list(_listed(package, manifest)) if manifest else []
    if not listed:
        listed = [(name, {}, []) for name in names if name.lower().endswith(".xml")]
        listed = [entry for entry in listed if entry[0] != manifest]
    for number, (name, fields, tags) in enumerate(listed, start=1):
        place = Place("file", number, name)
        yield place, partial(_packed, package, name, fields, tags)


def _listed(
    package: zipfile.ZipFile, manifest: str
) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    base = posixpath.dirname(manifest)
    for resource in parse_xml(read_entry(package, manifest)).iter():
        if name_of(resource) != "resource" or "item" not in (
            resource.get("type") or ""
        ):
            continue
        href = posixpath.normpath(posixpath.join(base, unquote(resource.get("href", ""))))  # fmt: skip
        nodes = [node for node in resource.iter() if isinstance(node.tag, str)]
        fields = read_fields(resource)
        tags = [node.text or "" for node in nodes if node.tag == f"{{{FIELDS}}}tag"]
        if not fields:
            tags += [
                "".join(node.itertext()).strip()
                for node in nodes
                if name_of(node) == "keyword"
            ]
        yield href, fields, tags


def _packed(
    package: zipfile.ZipFile, name: str, fields: dict[str, str], tags: list[str]
) -> ItemDraft:
    try:
        root = parse_xml(read_entry(package, name))
        _check_root(root)
    except FileRefused as refusal:
        raise QuestionRefused(refusal.code, refusal.message, refusal.place) from refusal

    def picture(source: str) -> str:
        path = posixpath.join(posixpath.dirname(name), unquote(source))
        path = posixpath.normpath(path)
        if path not in package.namelist():
            _no_picture(source)
        return image_source(read_entry(package, path))

    return _draft(root, fields, tags, picture)


def _draft(
    root: Any,
    fields: dict[str, str],
    tags: list[str],
    picture: Callable[[str], str],
) -> ItemDraft:
    exhibit = fields.get("exhibit", "")
    if not exhibit and first_named(root, "assessmentStimulusRef") is not None:
        message = "The shared material cannot be read without loss."
        raise QuestionRefused("exhibit_foreign", message)
    draft = draft_of_body(root, Body(root, picture))
    draft = replace(
        draft,
        key=fields.get("key", ""),
        tags=tuple(filter(None, tags)),
        exhibit=exhibit,
    )
    return with_meta(draft, fields)
