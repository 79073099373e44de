"""Input of scheme versions."""

from __future__ import annotations

from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from credentials.forms.register import code_field
from credentials.rules.scheme import SchemeInvalid, parse_scheme


class VersionForm(forms.Form):
    """The parameters of a new version as YAML, checked key by key."""

    effective_from = forms.DateTimeField(
        label=_("In effect from"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={"type": "datetime-local", "class": "input"},
        ),
    )
    parameters = forms.CharField(
        label=_("Parameters (YAML)"),
        max_length=20000,
        widget=forms.Textarea(
            attrs={"rows": 24, "class": "textarea scheme__edit", "spellcheck": "false"}
        ),
    )

    def clean_parameters(self) -> dict[str, Any]:
        try:
            data = yaml.safe_load(self.cleaned_data["parameters"])
        except yaml.YAMLError as error:
            raise forms.ValidationError(
                _("This is not YAML: %(problem)s") % {"problem": str(error)}
            ) from error
        if not isinstance(data, dict):
            raise forms.ValidationError(_("Write one parameter per line."))
        try:
            parse_scheme(data)
        except SchemeInvalid as error:
            raise forms.ValidationError(error.problems) from error
        return data


class CodeForm(forms.Form):
    """A fresh one-time code before something takes effect."""

    code = code_field()
