"""Filled forms as pages: laid out for the screen and for the printed file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.documents.library import Form


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One document of a run: its form, its number and what stands in it."""

    form: Form
    number: str
    values: Mapping[str, str]
    authority: str
    anchor: str = ""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The layout with the values filled in, ready for the template."""
        return [self._part(part) for part in self.form.layout]

    def _part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        kind, content = next(iter(part.items()))
        laid: dict[str, Any] = getattr(self, f"_{kind}")(content)
        return laid | {"kind": kind}

    def _pair(self, key: str) -> dict[str, Any]:
        value = self.values.get(key, "")
        label = self.form.field(key).label
        return {"label": label, "value": value, "paragraphs": value.split("\n")}

    def _table(self, rows: Sequence[Sequence[Sequence[Any]]]) -> dict[str, Any]:
        cells = [
            [self._pair(key) | {"span": span} for key, span in row] for row in rows
        ]
        return {"rows": cells}

    def _lines(self, keys: Sequence[str]) -> dict[str, Any]:
        return {"rows": [self._pair(key) for key in keys]}

    def _to(self, key: str) -> dict[str, Any]:
        return {"value": self.values.get(key, "")}

    def _p(self, text: str) -> dict[str, Any]:
        known = {"authority": self.authority, **self.values}
        blanks = {field.key: "________" for field in self.form.fields}
        filled = {key: value for key, value in known.items() if value}
        flat = {
            key: "；".join(line.rstrip("。") for line in value.split("\n"))
            for key, value in filled.items()
        }
        return {"text": text.format(**(blanks | {"authority": ""} | flat))}

    def _block(self, key: str) -> dict[str, Any]:
        return self._pair(key)

    def _sign(self, labels: Sequence[str]) -> dict[str, Any]:
        return {"labels": list(labels)}

    def _seal(self, key: str) -> dict[str, Any]:
        return {"authority": self.authority, "value": self.values.get(key, "")}

    def _foot(self, text: str) -> dict[str, Any]:
        return {"text": text}
