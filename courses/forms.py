"""What learners and managers send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, User
from accounts.queries import organisations_reached, users_reached
from courses.models import LearnerGroup
from courses.queries.programmes import MANAGING_ROLES, managed_groups
from courses.registry import activity_kinds
from courses.services.study import Signs


def _dress(form: forms.Form) -> None:
    """Give each control the class the house's stylesheet knows."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.CheckboxSelectMultiple):
            continue
        name = "input"
        if isinstance(field.widget, forms.SelectMultiple):
            name = "input"
        elif isinstance(field.widget, forms.Select):
            name = "select"
        elif isinstance(field.widget, forms.Textarea):
            name = "textarea"
        field.widget.attrs["class"] = name


class BeatForm(forms.Form):
    """A sign of life, as JSON."""

    token = forms.CharField(max_length=64)
    visible = forms.BooleanField(required=False)
    acted = forms.BooleanField(required=False)
    recording = forms.RegexField(r"^[0-9a-f-]{36}$", required=False, max_length=36)
    recording_at = forms.FloatField(required=False, min_value=0)
    position = forms.RegexField(r"^[0-9a-f-]{36}$", required=False, max_length=36)
    reached_end = forms.BooleanField(required=False)

    def clean_recording_at(self) -> float:
        return self.cleaned_data["recording_at"] or 0.0

    def signs(self) -> Signs:
        return Signs(
            visible=self.cleaned_data["visible"],
            acted=self.cleaned_data["acted"],
            recording=self.cleaned_data["recording"],
            recording_at=self.cleaned_data["recording_at"],
        )


class NoteForm(forms.Form):
    """A note on a lesson."""

    text = forms.CharField(label=_("My note"), required=False, max_length=10_000)
    block_id = forms.CharField(required=False, max_length=64)
    quote = forms.CharField(required=False, max_length=500)


class QuestionForm(forms.Form):
    """A question to the trainers."""

    text = forms.CharField(label=_("Your question"), max_length=2000)


class ProgrammeForm(forms.Form):
    """A new programme of an organisation the manager reaches."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation")
    )
    title = forms.CharField(
        label=pgettext_lazy("course material", "Title"), max_length=200
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    activities = forms.MultipleChoiceField(
        label=_("Activities"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, manager: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = self.fields["organisation"]
        activities = self.fields["activities"]
        _dress(self)
        if isinstance(organisation, forms.ModelChoiceField):
            organisation.queryset = organisations_reached(manager, MANAGING_ROLES, now)
        if isinstance(activities, forms.MultipleChoiceField):
            activities.choices = [
                (
                    kind.label,
                    [(f"{code}|{one.key}", one.title) for one in kind.choices()],
                )
                for code, kind in activity_kinds().items()
            ]

    def activities_chosen(self) -> list[tuple[str, str]]:
        """The activities as (kind, key)."""
        return [
            (kind, key)
            for kind, _bar, key in (
                value.partition("|") for value in self.cleaned_data["activities"]
            )
        ]


class AssignForm(forms.Form):
    """To whom a programme is assigned, and until when."""

    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    organisations = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Organisations"), required=False
    )
    groups = forms.ModelMultipleChoiceField(
        LearnerGroup.objects.none(), label=_("Groups"), required=False
    )
    users = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("People"), required=False
    )

    def __init__(self, *args: Any, manager: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        querysets: dict[str, QuerySet[Any]] = {
            "organisations": organisations_reached(manager, MANAGING_ROLES, now),
            "groups": managed_groups(manager, now),
            "users": users_reached(manager, MANAGING_ROLES, now).order_by("username"),
        }
        for name, queryset in querysets.items():
            field = self.fields[name]
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.queryset = queryset

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("organisations", "groups", "users")):
            raise forms.ValidationError(
                _("Choose at least one organisation, group or person.")
            )
        return cleaned


class GroupForm(forms.Form):
    """A new group of an organisation the manager reaches."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation")
    )
    name = forms.CharField(label=_("Name of the group"), max_length=120)

    def __init__(self, *args: Any, manager: User, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        organisation = self.fields["organisation"]
        if isinstance(organisation, forms.ModelChoiceField):
            organisation.queryset = organisations_reached(manager, MANAGING_ROLES, now)


class GroupMembersForm(forms.Form):
    """The name of a group and who is in it."""

    name = forms.CharField(label=_("Name of the group"), max_length=120)
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        members = self.fields["members"]
        if isinstance(members, forms.ModelMultipleChoiceField):
            members.queryset = people


class AnswerForm(forms.Form):
    """A trainer's answer."""

    text = forms.CharField(label=_("Answer"), max_length=5000)


class PackageForm(forms.Form):
    """A SCORM package to take in."""

    file = forms.FileField(label=_("Package (zip)"))
    title = forms.CharField(
        label=pgettext_lazy("course material", "Title"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
