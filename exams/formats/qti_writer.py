"""Items as a QTI package, in version 2.1 or 3.0."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from functools import partial
from typing import Any

from lxml import etree

from exams.data import ItemDraft
from exams.formats.base import NOTHING_SHARED, QuestionRefused, Shared
from exams.formats.meta import meta_of
from exams.formats.qti import MANIFEST
from exams.formats.qti_item import ItemWriter
from exams.formats.qti_names import FIELDS, Version
from exams.formats.qti_stimulus import write_fields, write_shared

STAMP = (2000, 1, 1, 0, 0, 0)


def write_qti(
    drafts: Sequence[ItemDraft], shared: Shared = NOTHING_SHARED, *, version: Version
) -> bytes:
    """A zip with a manifest, one file for an item, and the pictures beside them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        root = etree.Element(f"{{{version.package}}}manifest", nsmap={None: version.package, "w": FIELDS}, identifier="WARRANT-EXPORT")  # fmt: skip
        metadata = etree.SubElement(root, f"{{{version.package}}}metadata")
        _leaf(metadata, version, "schema", version.schema)
        _leaf(metadata, version, "schemaversion", version.number)
        etree.SubElement(root, f"{{{version.package}}}organizations")
        resources = etree.SubElement(root, f"{{{version.package}}}resources")
        held: set[str] = set()
        stimuli = _add_shared(package, root, resources, shared, version)
        for number, draft in enumerate(drafts, start=1):
            try:
                stimulus = stimuli.get(draft.exhibit, "")
                _add_item(package, resources, draft, number, version, held, stimulus)
            except ValueError as error:
                if isinstance(error, QuestionRefused):
                    raise
                message = "A text holds a sign that XML cannot hold."
                raise QuestionRefused("text_broken", message) from error
        _store(package, MANIFEST, etree.tostring(root, encoding="utf-8", xml_declaration=True))  # fmt: skip
    return out.getvalue()


def _add_shared(
    package: zipfile.ZipFile,
    root: Any,
    resources: Any,
    shared: Shared,
    version: Version,
) -> dict[str, str]:
    try:
        return write_shared(root, resources, shared, version, partial(_store, package))
    except ValueError as error:
        message = "A text holds a sign that XML cannot hold."
        raise QuestionRefused("text_broken", message) from error


def _leaf(node: Any, version: Version, name: str, text: str) -> None:
    etree.SubElement(node, f"{{{version.package}}}{name}").text = text


def _store(package: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, data)


def _add_item(
    package: zipfile.ZipFile,
    resources: Any,
    draft: ItemDraft,
    number: int,
    version: Version,
    held: set[str],
    stimulus: str,
) -> None:
    writer = ItemWriter(draft, f"item-{number}", version, stimulus)
    name = f"items/item-{number}.xml"
    data = etree.tostring(writer.root(), encoding="utf-8", xml_declaration=True)
    _store(package, name, data)
    resource = etree.SubElement(
        resources,
        f"{{{version.package}}}resource",
        identifier=f"item-{number}",
        type=version.resource,
        href=name,
    )
    metadata = etree.SubElement(resource, f"{{{version.package}}}metadata")
    exhibit = draft.exhibit if stimulus else ""
    write_fields(metadata, {**meta_of(draft), "key": draft.key, "exhibit": exhibit})
    for tag in draft.tags:
        etree.SubElement(metadata, f"{{{FIELDS}}}tag").text = tag
    etree.SubElement(resource, f"{{{version.package}}}file", href=name)
    for path, picture in writer.pictures.items():
        etree.SubElement(resource, f"{{{version.package}}}file", href=f"items/{path}")
        if path not in held:
            held.add(path)
            _store(package, f"items/{path}", picture)
