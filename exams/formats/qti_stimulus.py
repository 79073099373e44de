"""Shared material of a QTI 3 package as assessment stimuli, case sets beside them.

Another system reads the body of the stimulus. What it has no place for (kind, drawing,
table as cells, the case sets) travels as fields of our own in the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from exams.data import ExhibitDraft
from exams.formats.base import Shared
from exams.formats.qti_names import FIELDS, Version, name_of
from exams.formats.shared import (
    exhibit_of_texts,
    set_of_texts,
    texts_of_exhibit,
    texts_of_set,
)

CASE_SET = f"{{{FIELDS}}}caseSet"
FIELD = f"{{{FIELDS}}}field"
Store = Callable[[str, bytes], None]


def write_fields(node: Any, texts: Mapping[str, str]) -> None:
    """Named texts of ours under a node of the manifest."""
    for name, text in texts.items():
        if text:
            etree.SubElement(node, FIELD, name=name).text = text


def read_fields(node: Any) -> dict[str, str]:
    """The other way round."""
    return {n.get("name", ""): n.text or "" for n in node.iter(FIELD)}


def write_shared(
    manifest: Any, resources: Any, shared: Shared, version: Version, store: Store
) -> dict[str, str]:
    """Store every material and case set; gives the stimulus of each material."""
    names: dict[str, str] = {}
    for number, exhibit in enumerate(shared.exhibits, start=1):
        name = names[exhibit.key] = f"stimulus-{number}"
        path = f"stimuli/{name}.xml"
        files = {path: _stimulus(exhibit, name, version)}
        if exhibit.svg:
            files[f"stimuli/{name}.svg"] = exhibit.svg.encode()
        resource = etree.SubElement(
            resources,
            f"{{{version.package}}}resource",
            identifier=name,
            type=version.stimulus,
            href=path,
        )
        held = etree.SubElement(resource, f"{{{version.package}}}metadata")
        write_fields(held, texts_of_exhibit(exhibit))
        for file, data in files.items():
            etree.SubElement(resource, f"{{{version.package}}}file", href=file)
            store(file, data)
    metadata = manifest.find(f"{{{version.package}}}metadata")
    for case_set in shared.case_sets:
        write_fields(etree.SubElement(metadata, CASE_SET), texts_of_set(case_set))
    return names


def _stimulus(exhibit: ExhibitDraft, name: str, version: Version) -> bytes:
    def element(node: Any, tag: str, text: str = "", **values: str) -> Any:
        spelt = f"{{{version.item}}}{tag}"
        child = etree.SubElement(node, spelt, values)
        child.text = text or None
        return child

    root = etree.Element(
        f"{{{version.item}}}qti-assessment-stimulus",
        {"identifier": name, "title": exhibit.title},
        nsmap={None: version.item},
    )
    body = element(root, "qti-stimulus-body")
    element(body, "h2", exhibit.title)
    if exhibit.svg:
        line = element(body, "p")
        element(line, "img", src=f"{name}.svg", alt=exhibit.alt)
    if exhibit.header or exhibit.rows:
        table = element(element(body, "table"), "tbody")
        for tag, cells in (
            ("th", exhibit.header),
            *(("td", row) for row in exhibit.rows),
        ):
            row = element(table, "tr")
            for cell in cells:
                element(row, tag, cell)
    for line in filter(None, exhibit.text.split("\n")):
        element(body, "p", line)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def read_shared(manifest: Any) -> Shared:
    """The material and case sets that a manifest of ours names."""
    exhibits = [
        exhibit_of_texts(fields)
        for node in manifest.iter()
        if name_of(node) == "resource" and "stimulus" in (node.get("type") or "")
        if (fields := read_fields(node))
    ]
    case_sets = [set_of_texts(read_fields(node)) for node in manifest.iter(CASE_SET)]
    return Shared(tuple(exhibits), tuple(case_sets))
