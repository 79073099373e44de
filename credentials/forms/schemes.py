"""Input of scheme versions."""

from __future__ import annotations

from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from courses.citations import parse_key
from credentials.forms.register import code_field
from credentials.queries.law import provisions_of
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
            rules = parse_scheme(data)
        except SchemeInvalid as error:
            raise forms.ValidationError(error.problems) from error
        if unread := [key for key in provisions_of(rules) if not _is_citation(key)]:
            raise forms.ValidationError(
                _("No article is named by: %(keys)s. Write like XZCFF:42.1.")
                % {"keys": ", ".join(unread)}
            )
        return data


def _is_citation(key: str) -> bool:
    try:
        parse_key(key)
    except ValueError:
        return False
    return True


class CodeForm(forms.Form):
    """A fresh one-time code before something takes effect."""

    code = code_field()
