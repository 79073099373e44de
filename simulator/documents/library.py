"""The forms of enforcement documents, read from ``forms/<edition>/*.yaml``.

A province or a later edition is one more folder; no code changes. The layout of
a form is a list of parts that ``rendering`` knows how to print.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulator.errors import DocumentUnknownError

FORMS = Path(__file__).resolve().parent / "forms"
DEFAULT_EDITION = "national-2010"


@dataclass(frozen=True, slots=True)
class Field:
    """One blank of a form; ``auto`` names the fact of the run that fills it."""

    key: str
    label: str
    kind: str
    auto: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One enforcement document: its blanks and how it is laid out."""

    code: str
    title: str
    mark: str
    when: str
    basis: tuple[str, ...]
    fields: tuple[Field, ...]
    layout: tuple[dict[str, Any], ...]
    per: str = "run"

    def field(self, key: str) -> Field:
        """The blank called ``key``."""
        return next(field for field in self.fields if field.key == key)


@dataclass(frozen=True, slots=True)
class Edition:
    """A set of forms in force in a province from a date, in binding order.

    ``province`` holds the first digits of its division codes; empty means everywhere.
    """

    key: str
    title: str
    province: str
    valid_from: str
    forms: tuple[Form, ...]

    def form(self, code: str) -> Form:
        """The form by its code or its customary title; raises when there is none."""
        for form in self.forms:
            if code in {form.code, form.title}:
                return form
        raise DocumentUnknownError


@cache
def load_edition(key: str = DEFAULT_EDITION) -> Edition:
    """All forms of one edition, in the order in which a file is bound."""
    folder = FORMS / key
    head = yaml.safe_load((folder / "edition.yaml").read_text("utf-8"))
    return Edition(
        key=head["edition"],
        title=head["title"],
        province=head["province"],
        valid_from=str(head["valid_from"]),
        forms=tuple(
            _form(yaml.safe_load((folder / f"{code}.yaml").read_text("utf-8")))
            for code in head["binding"]
        ),
    )


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition there is."""
    folders = sorted(each.parent for each in FORMS.glob("*/edition.yaml"))
    return tuple(load_edition(folder.name) for folder in folders)


def edition_in_force(division_code: str, day: date) -> Edition:
    """The forms used in a division on a day: its province's own, or the national ones.

    Of several the latest in force counts.
    """
    usable = [
        edition
        for edition in editions()
        if edition.valid_from <= day.isoformat()
        and division_code.startswith(edition.province)
    ]
    if not usable:
        raise DocumentUnknownError
    return max(usable, key=lambda each: (len(each.province), each.valid_from))


def _form(data: dict[str, Any]) -> Form:
    return Form(
        code=data["code"],
        title=data["title"],
        mark=data["mark"],
        when=data["when"],
        basis=tuple(data["basis"]),
        fields=tuple(Field(**field) for field in data["fields"]),
        layout=tuple(data["layout"]),
        per=data.get("per", "run"),
    )
