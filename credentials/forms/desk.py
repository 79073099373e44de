"""Input of mass acts, orders over the register, print jobs and recusals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credentials.enums import Act, OrderKind, PaperForm
from credentials.forms.register import ActForm, code_field
from credentials.models import Scheme

MASS_ACTS = frozenset(
    {Act.SUSPENDED, Act.REINSTATED, Act.SURRENDERED, Act.RENEWED, Act.EXTENDED}
) | {Act.CHECKED, Act.CARD_REISSUED}


class BatchForm(ActForm):
    """A mass act: which one, under which scheme, and why."""

    scheme = forms.ModelChoiceField(
        label=_("Scheme"),
        queryset=Scheme.objects.none(),
        widget=forms.Select(attrs={"class": "select"}),
    )
    title = forms.CharField(
        label=_("Name of the batch"),
        max_length=128,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    field_order = ("title", "scheme", "act", "ground")

    def __init__(self, *args: Any, schemes: Any, **kwargs: Any) -> None:
        super().__init__(*args, allowed=MASS_ACTS, extra=(Act.ISSUED,), **kwargs)
        self.fields["scheme"].queryset = schemes  # type: ignore[attr-defined]


class SignForm(forms.Form):
    """Second signature under many proposals at once."""

    code = code_field(_("One code signs everybody who is ticked above."))


class OrderForm(forms.Form):
    """An order over the register, for a second person to confirm."""

    kind = forms.ChoiceField(
        label=_("Order"),
        choices=OrderKind.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    scheme = forms.ModelChoiceField(
        label=_("Scheme"),
        queryset=Scheme.objects.none(),
        required=False,
        empty_label=_("The whole register"),
        widget=forms.Select(attrs={"class": "select"}),
    )
    hours = forms.IntegerField(
        label=_("Hours"),
        required=False,
        min_value=1,
        max_value=24,
        help_text=_("Only for emergency powers: they end by themselves."),
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    purpose = forms.CharField(
        label=pgettext_lazy("order", "Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "textarea"}),
    )
    document = forms.CharField(
        label=_("Document number"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, schemes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = schemes  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """What a third person found about acts under emergency powers."""

    finding = forms.CharField(
        label=_("Finding"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "textarea"}),
    )
    code = code_field()


class PrintForm(forms.Form):
    """Which papers to print in one job."""

    scheme = forms.ModelChoiceField(
        label=_("Scheme"),
        queryset=Scheme.objects.none(),
        widget=forms.Select(attrs={"class": "select"}),
    )
    form = forms.ChoiceField(
        label=_("Paper"),
        choices=PaperForm.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    since = forms.DateField(
        label=_("Cards issued since"),
        required=False,
        help_text=_("Empty: all valid cards of the scheme."),
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "input"}
        ),
    )

    def __init__(self, *args: Any, schemes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = schemes  # type: ignore[attr-defined]


class RecusalForm(forms.Form):
    """A declared interest."""

    officer = forms.ChoiceField(
        label=_("Person"), widget=forms.Select(attrs={"class": "select"})
    )
    site_name = forms.CharField(
        label=_("Enterprise"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    site = forms.CharField(
        label=_("Registration code of the enterprise"),
        required=False,
        max_length=64,
        help_text=_("As the inspection system names it; or give the inspection below."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    inspection = forms.CharField(
        label=_("Number of the inspection"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    relation = forms.CharField(
        label=_("Relation"),
        max_length=200,
        help_text=_("For instance: a close relative works there, shares are held."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    employer = forms.BooleanField(label=_("Worked there before"), required=False)

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [  # type: ignore[attr-defined]
            (str(person.public_id), person.name) for person in people
        ]
