"""Input of scheme versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Level
from courses.citations import parse_key
from courses.enums import Method, Sector
from credentials.enums import Act, QualificationKind
from credentials.forms.register import code_field
from credentials.queries.law import provisions_of
from credentials.rules.scheme import COUNTS, SchemeInvalid, SchemeRules, parse_scheme

IN_WORDS = frozenset({"requirements", "law_basis"})
STANDARD = {
    field.name: field.default
    for field in fields(SchemeRules)
    if field.default is not MISSING and field.name != "two_person_acts"
}
"""What counts where an earlier version says nothing."""


CHOSEN_ACTS = (Act.SUSPENDED, Act.SURRENDERED, Act.CARD_REISSUED, Act.CHECKED)
"""Acts for which a scheme decides whether one person is enough."""


def _boxes(label: Any, choices: Any, *, required: bool = True) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=required,
        widget=forms.CheckboxSelectMultiple,
    )


def _count(name: str, label: Any, help_text: Any) -> forms.Field:
    low, high = COUNTS[name]
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=low,
        max_value=high,
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )


class VersionForm(forms.Form):
    """A new version: its terms field by field, its conditions as YAML.

    ``parameters`` of the cleaned data is what ``parse_scheme`` accepts.
    """

    effective_from = forms.DateTimeField(
        label=_("In effect from"),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={"type": "datetime-local", "class": "input"},
        ),
    )
    kind = forms.ChoiceField(
        label=_("Qualification"),
        choices=QualificationKind.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    sectors = _boxes(_("Sectors"), Sector.choices)
    methods = _boxes(_("Methods"), Method.choices)
    validity_months = _count("validity_months", _("Term"), _("Months."))
    renewal_window_days = _count(
        "renewal_window_days", _("Renewal"), _("Days before the end of the term.")
    )
    grace_days = _count("grace_days", _("Grace after the term"), _("Days."))
    continuing_hours = _count(
        "continuing_hours", _("Study hours a year"), _("0: none are asked.")
    )
    check_months = _count(
        "check_months", _("An annual check counts for"), _("Months; 0: there is none.")
    )
    quorum = _count("quorum", _("Team"), _("Qualified officers at least."))
    lead_required = forms.BooleanField(
        label=_("One of the team must be its leader"), required=False
    )
    separation_days = _count(
        "separation_days",
        _("Separation"),
        _(
            "Days for which whoever taught or examined somebody does not decide on them."
        ),
    )
    issuing_levels = _boxes(_("Issued by bodies of level"), Level.choices)
    two_person_acts = _boxes(
        _("Signed by two people"),
        [(act.value, act.label) for act in CHOSEN_ACTS],
        required=False,
    )
    published = forms.BooleanField(
        label=_("The public register answers about it"), required=False
    )
    sample = forms.BooleanField(label=_("A sample, not in real use"), required=False)
    conditions = forms.CharField(
        label=_("Conditions and legal basis (YAML)"),
        help_text=_(
            "What the page of the version shows in words before anybody approves."
        ),
        max_length=20000,
        widget=forms.Textarea(
            attrs={"rows": 24, "class": "textarea scheme__edit", "spellcheck": "false"}
        ),
    )

    def clean_conditions(self) -> dict[str, Any]:
        """The requirements and the legal basis of the terms."""
        try:
            data = yaml.safe_load(self.cleaned_data["conditions"])
        except yaml.YAMLError as error:
            raise forms.ValidationError(
                _("This is not YAML: %(problem)s") % {"problem": str(error)}
            ) from error
        if not isinstance(data, dict) or set(data) - IN_WORDS:
            raise forms.ValidationError(
                _("Write requirements and law_basis, one below the other.")
            )
        return data

    def clean(self) -> dict[str, Any]:
        """The terms and conditions hold together, and every article is one."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        terms = {
            k: v for k, v in data.items() if k not in ("effective_from", "conditions")
        }
        parameters = {**terms, **data["conditions"]}
        try:
            rules = parse_scheme(parameters)
        except SchemeInvalid as error:
            raise forms.ValidationError({"conditions": error.problems}) from error
        if unread := [key for key in provisions_of(rules) if not _is_citation(key)]:
            problem = _("No article is named by: %(keys)s. Write like XZCFF:42.1.")
            self.add_error("conditions", problem % {"keys": ", ".join(unread)})
        return {**data, "parameters": parameters}


def version_initial(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the form begins with: the parameters of an earlier version."""
    conditions = {k: v for k, v in parameters.items() if k in IN_WORDS}
    return {
        **STANDARD,
        **parameters,
        "conditions": yaml.safe_dump(
            conditions or {"requirements": []}, allow_unicode=True, sort_keys=False
        ),
    }


def _is_citation(key: str) -> bool:
    try:
        parse_key(key)
    except ValueError:
        return False
    return True


class CodeForm(forms.Form):
    """A fresh one-time code before something takes effect."""

    code = code_field()
