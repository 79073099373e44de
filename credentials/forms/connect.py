"""Input of the pages for connected systems."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from courses.enums import Method, Sector
from credentials.models import ConnectedApplication
from credentials.oauth import SCOPES
from credentials.rules.divisions import is_division_code

MAXIMUM_TEAM = 6


class ProposalForm(forms.Form):
    """A wanted connected system."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=128,
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation it belongs to"),
        queryset=Organisation.objects.none(),
    )
    divisions = forms.CharField(
        label=_("Division codes it may ask about"),
        help_text=_("Separated by spaces; each includes everything below it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(name, name) for name in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    addresses = forms.CharField(
        label=_("Networks it asks from"),
        help_text=_("Optional, such as 10.1.0.0/16; anything else is refused then."),
        required=False,
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests per minute"), min_value=1, max_value=100_000, initial=600
    )
    certificate_thumbprint = forms.RegexField(
        r"^[0-9a-fA-F]{64}$",
        label=_("Client certificate"),
        help_text=_(
            "Optional: the SHA-256 thumbprint of the certificate its tokens are bound "
            "to, 64 hexadecimal digits."
        ),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        organisations: QuerySet[Organisation],
        application: ConnectedApplication | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = organisations
        if application is not None:
            field.disabled = True
            self.initial = {
                "name": application.name,
                "organisation": application.organisation,
                "divisions": " ".join(application.divisions),
                "scopes": application.allowed_scopes,
                "addresses": " ".join(application.allowed_addresses),
                "requests_per_minute": application.requests_per_minute,
                "certificate_thumbprint": application.certificate_thumbprint,
            }

    def clean_divisions(self) -> list[str]:
        codes = str(self.cleaned_data["divisions"]).split()
        if not all(is_division_code(code) for code in codes):
            raise ValidationError(_("A division code has six or nine digits."))
        return codes

    def clean_addresses(self) -> list[str]:
        networks = str(self.cleaned_data["addresses"]).split()
        try:
            return [str(ip_network(network, strict=False)) for network in networks]
        except ValueError as error:
            raise ValidationError(
                _("A network is written like 10.1.0.0/16.")
            ) from error

    def clean_certificate_thumbprint(self) -> str:
        return str(self.cleaned_data["certificate_thumbprint"]).lower()


class QuestionForm(forms.Form):
    """One question to the gate, put together by hand."""

    application = forms.ModelChoiceField(
        label=_("Connected system"),
        queryset=ConnectedApplication.objects.none(),
        widget=forms.Select(attrs={"class": "select"}),
    )
    team = forms.CharField(
        label=_("Team"),
        help_text=_("Register ids, one per line; the first one leads."),
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
    )
    sector = forms.ChoiceField(
        label=_("Sector"),
        choices=Sector.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    method = forms.ChoiceField(
        label=_("Method"),
        choices=Method.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    division = forms.CharField(
        label=_("Division"),
        max_length=9,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric"}),
    )
    site = forms.CharField(
        label=_("Enterprise inspected"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    def __init__(
        self, *args: Any, applications: QuerySet[ConnectedApplication], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["application"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = applications

    def clean_team(self) -> list[str]:
        team = str(self.cleaned_data["team"]).split()
        if len(team) > MAXIMUM_TEAM:
            raise ValidationError(_("A team has at most six people here."))
        return team

    def question(self) -> dict[str, Any]:
        """The question as it goes over the wire."""
        data = self.cleaned_data
        members = [
            {"type": "officer", "id": officer, "role": "member" if index else "lead"}
            for index, officer in enumerate(data["team"])
        ]
        return {
            "subject": {
                "type": "team",
                "id": "console#1",
                "properties": {"members": members},
            },
            "action": {
                "name": "open_inspection",
                "properties": {"method": data["method"]},
            },
            "resource": {
                "type": "inspection",
                "id": "console",
                "properties": {
                    "sector": data["sector"],
                    "division": data["division"],
                    "site": data["site"],
                    "task": {
                        "basis": "annual_plan",
                        "number": "console",
                        "approved": True,
                    },
                },
            },
        }
