"""Scene pictures for one run: only its variant, and no mark of any variant.

Hiding a group by style would hand out the key, so the groups of the options not
drawn are removed before anything leaves the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


class UnsafePicture(ValueError):
    """The file is not a self-contained drawing."""

    code = "picture_unsafe"


def scene_svg(text: str, options: Mapping[str, str]) -> str:
    """The drawing with only the chosen options and without author marks.

    A slot the case does not have keeps its ``keep`` drawing.
    """
    root = _parse(text)
    _choose(root, options)
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return ET.tostring(root, encoding="unicode")


def check_svg(text: str) -> tuple[str, ...]:
    """What makes a drawing unfit to be served: scripts, styles, outside links."""
    try:
        root = _parse(text)
    except (ET.ParseError, UnsafePicture):
        return ("not_svg",)
    found = set()
    for node in root.iter():
        name = str(node.tag).rpartition("}")[2]
        if name in {"script", "style", "foreignObject", "image", "filter", "mask"}:
            found.add(name)
        for attribute, value in node.attrib.items():
            plain = attribute.rpartition("}")[2]
            if plain == "style" or plain.startswith("on"):
                found.add(plain)
            if plain == "href" and not value.startswith("#"):
                found.add("href")
    return tuple(sorted(found))


def object_ids(text: str) -> dict[str, str]:
    """The searchable objects of a drawing with their neutral labels."""
    return {
        node.attrib["id"]: node.attrib.get("data-label", "")
        for node in _parse(text).iter()
        if node.attrib.get("id", "").startswith("obj-")
    }


def _parse(text: str) -> ET.Element:
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise UnsafePicture
    root = ET.fromstring(text)  # noqa: S314 -- entities are refused above
    if root.tag != f"{{{SVG}}}svg":
        raise UnsafePicture
    return root


def _choose(node: ET.Element, options: Mapping[str, str]) -> None:
    for child in list(node):
        mark = child.attrib.pop("data-variant", "")
        if mark:
            slot, _, option = mark.partition(":")
            if options.get(slot, "keep") != option:
                node.remove(child)
                continue
            child.attrib.pop("display", None)
        for author_mark in ("data-hit", "data-label"):
            child.attrib.pop(author_mark, None)
        _choose(child, options)
