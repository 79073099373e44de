"""What QTI 2.x and 3.0 call the same things, and our own words in a package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

FIELDS = "urn:warrant:item:1"
RATIONALE = "RATIONALE"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of QTI as we write it."""

    dialect: str
    item: str
    package: str
    resource: str
    schema: str
    number: str
    template: str
    stimulus: str = ""

    @property
    def is_kebab(self) -> bool:
        """Since 3.0 elements begin with qti- and words are joined by hyphens."""
        return self.dialect == "qti3"


QTI2 = Version(
    "qti2",
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imscp_v1p1",
    "imsqti_item_xmlv2p1",
    "QTIv2.1 Package",
    "1.0.0",
    "http://www.imsglobal.org/question/qti_v2p1/rptemplates/",
)
QTI3 = Version(
    "qti3",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "imsqti_item_xmlv3p0",
    "QTI Package",
    "3.0.0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
    "imsqti_stimulus_xmlv3p0",
)


def kebab(name: str) -> str:
    """simpleChoice as simple-choice."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: f"-{m[1].lower()}", name)


def camel(name: str) -> str:
    """simple-choice as simpleChoice."""
    return re.sub(r"-([a-z])", lambda m: m[1].upper(), name)


def name_of(node: Any) -> str:
    """The name of an element as QTI 2 calls it; empty for comments."""
    if not isinstance(node.tag, str):
        return ""
    local = node.tag.rpartition("}")[2]
    return camel(local.removeprefix("qti-")) if local.startswith("qti-") else local


def value_of(node: Any, name: str) -> str:
    """An attribute under either spelling."""
    return (node.get(name) or node.get(kebab(name)) or "").strip()


def all_named(node: Any, name: str) -> list[Any]:
    """Descendants with this name, in their order."""
    return [child for child in node.iter() if name_of(child) == name]


def first_named(node: Any, name: str) -> Any:
    """The first descendant with this name, or None."""
    return next((child for child in node.iter() if name_of(child) == name), None)
