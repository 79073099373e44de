"""What a drawing of a stranger may contain before it is shown under our own name."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

ACTIVE_ELEMENTS = frozenset(
    {"script", "foreignobject", "iframe", "embed", "object", "handler", "listener"}
)
OWN_REFERENCES = ("#", "data:image/png", "data:image/jpeg", "data:image/webp")


def drawing_dangers(root: Element) -> Iterator[str]:
    """Everything in an SVG that acts or reaches outside, by its name."""
    for element in root.iter():
        name = _local(str(element.tag))
        if name in ACTIVE_ELEMENTS:
            yield name
        for attribute, value in element.attrib.items():
            key = _local(attribute)
            if key.startswith("on"):
                yield key
            if key == "href" and not value.strip().lower().startswith(OWN_REFERENCES):
                yield value.strip()[:40]
        if name == "style" and "import" in (element.text or "").lower():
            yield "@import"


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1].lower()
