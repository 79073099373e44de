"""Blueprints, exams and sessions as their keepers write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from exams.enums import CellUnit
from exams.models import Blueprint, BlueprintCell, Exam, Session


def dress(form: forms.BaseForm) -> None:
    """The house's classes on every field."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
            continue
        widget.attrs["class"] = (
            "select" if isinstance(widget, forms.Select) else "input"
        )


class BlueprintForm(forms.ModelForm[Blueprint]):
    """Title and limits of a blueprint."""

    class Meta:
        model = Blueprint
        fields = ("key", "title", "organisation", "max_overlap", "exposure_ceiling")

    def __init__(
        self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].required = True
        dress(self)


class CellForm(forms.ModelForm[BlueprintCell]):
    """One cell."""

    class Meta:
        model = BlueprintCell
        fields = (
            "unit",
            "type",
            "aspect",
            "topic",
            "level",
            "sector",
            "count",
            "points",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """A case set is drawn whole, whatever its types."""
        data = super().clean() or self.cleaned_data
        if data.get("unit") == CellUnit.CASE_SET and data.get("type"):
            raise forms.ValidationError(_("A cell of case sets has no type."))
        return data


CellSet = forms.BaseFormSet[CellForm]
CellFormSet = forms.formset_factory(CellForm, extra=2, can_delete=True, max_num=60)


class ExamForm(forms.ModelForm[Exam]):
    """The terms of an exam."""

    class Meta:
        model = Exam
        fields = (
            "key",
            "title",
            "organisation",
            "blueprint",
            "minutes",
            "pass_points",
            "attempts",
            "cooldown_days",
            "required_minutes",
            "scoring_rule",
            "allows_calculator",
            "allows_law_library",
            "is_fixed_paper",
        )
        labels = {"blueprint": _("Blueprint")}

    def __init__(
        self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        dress(self)


class SessionForm(forms.ModelForm[Session]):
    """When, where and under whose eyes an exam is sat."""

    class Meta:
        model = Session
        fields = (
            "exam",
            "title",
            "mode",
            "place",
            "opens_at",
            "closes_at",
            "invigilators",
        )
        labels = {"exam": _("Exam")}
        widgets = {
            name: forms.DateTimeInput(
                {"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
            for name in ("opens_at", "closes_at")
        } | {"invigilators": forms.CheckboxSelectMultiple()}

    def __init__(
        self,
        *args: Any,
        exams: QuerySet[Exam],
        invigilators: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].queryset = exams  # type: ignore[attr-defined]
        self.fields["invigilators"].queryset = invigilators  # type: ignore[attr-defined]
        dress(self)

    def clean(self) -> dict[str, Any]:
        """The session ends after it began."""
        data = super().clean() or self.cleaned_data
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The end lies after the beginning."))
        return data


class SeatsForm(forms.Form):
    """People to be seated."""

    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]


class AccommodationForm(forms.Form):
    """Extra time for one person in one exam."""

    candidate = forms.ModelChoiceField(
        label=_("Candidate"), queryset=User.objects.none()
    )
    minutes = forms.IntegerField(label=_("Extra minutes"), min_value=1, max_value=240)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].queryset = people  # type: ignore[attr-defined]
        dress(self)
