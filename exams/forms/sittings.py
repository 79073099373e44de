"""User input of the examination engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
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


class ActForm(forms.Form):
    """A deed of the invigilator, for chosen seats or the whole room."""

    ACTIONS = ("add_time", "pause", "resume", "message", "void", "note")
    NEEDS_REASON = ("add_time", "pause", "void", "note")

    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS])
    everybody = forms.BooleanField(required=False)
    seats = forms.TypedMultipleChoiceField(required=False, coerce=UUID)
    minutes = forms.IntegerField(min_value=1, max_value=240, required=False)
    reason = forms.CharField(max_length=300, required=False)
    text = forms.CharField(max_length=500, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        sent = [(value, value) for value in data.getlist("seats")]
        self.fields["seats"].choices = sent  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Every deed has what it needs; the reason stands beside its own button."""
        data = super().clean() or self.cleaned_data
        action = data.get("action", "")
        data["reason"] = data.get("reason") or self.data.get(f"reason_{action}", "")
        if action in self.NEEDS_REASON and not data["reason"].strip():
            raise forms.ValidationError(_("Please give the reason."))
        if action == "add_time" and not data.get("minutes"):
            raise forms.ValidationError(_("How many minutes? From 1 to 240."))
        if action == "message" and not (data.get("text") or "").strip():
            raise forms.ValidationError(_("The message is empty."))
        return data


class TimeRequestForm(forms.Form):
    """A candidate asks for more time."""

    minutes = forms.IntegerField(min_value=1, max_value=120)
    reason = forms.CharField(max_length=300)


class TimeDecisionForm(forms.Form):
    """So many minutes are granted; none when the request is turned down."""

    minutes = forms.IntegerField(min_value=0, max_value=240)


class OutageForm(forms.Form):
    """From when to when an outage lasted today, and why."""

    began = forms.TimeField(label=_("From"))
    ended = forms.TimeField(label=_("To"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def on_day(self, now: datetime) -> dict[str, Any]:
        """Both times on the local day of ``now``."""
        today = timezone.localtime(now)
        at = {
            name: today.replace(
                hour=self.cleaned_data[name].hour,
                minute=self.cleaned_data[name].minute,
                second=0,
                microsecond=0,
            )
            for name in ("began", "ended")
        }
        return {
            "began_at": at["began"],
            "ended_at": at["ended"],
            "reason": self.cleaned_data["reason"],
        }
