"""User input of the examination engine."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from exams.enums import ItemType


def answers_from_form(content: dict[str, Any], data: QueryDict) -> dict[int, Any]:
    """The answers of a paper handed in without any script running."""
    return {
        entry["position"]: answer_from_form(entry, data)
        for entry in content["questions"]
    }


def answer_from_form(entry: dict[str, Any], data: QueryDict) -> Any:
    """One answer from the fields that ``_question.html`` writes."""
    name, kind, shown = f"q{entry['position']}", entry["type"], entry["shown"]
    if kind in (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE):
        return data.getlist(name) or None
    if kind == ItemType.FILL_IN:
        return [data.get(f"{name}-{n}", "") for n in range(1, shown["blanks"] + 1)]
    if kind == ItemType.MATCHING:
        return {str(n): data.get(f"{name}-{n}", "") for n in range(len(shown["rows"]))}
    if kind == ItemType.ORDERING:
        places = [
            (data.get(f"{name}-{step['letter']}", ""), step["letter"])
            for step in shown["texts"]
        ]
        return [letter for place, letter in sorted(places) if place] or None
    return data.get(name) or None


class ReceiptForm(forms.Form):
    """An admission number and the checksum that belongs to it."""

    admission_number = forms.CharField(label=_("Admission number"), max_length=32)
    receipt = forms.CharField(label=_("Checksum"), min_length=16, max_length=64)
