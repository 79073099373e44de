"""Input of the register's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.enums import Method, Sector
from credentials.enums import NOTE_ACTS, OPENING_ACTS, REGISTER_ACTS, Act, Ground
from credentials.rules.lifecycle import GROUNDS
from credentials.rules.numbers import format_number, parse_number

_PROPOSABLE = [
    act
    for act in Act
    if act
    not in OPENING_ACTS | NOTE_ACTS | REGISTER_ACTS | {Act.EXPIRED, Act.RESCINDED}
]


def code_field(help_text: Any = "") -> forms.CharField:
    """A fresh one-time code, as every signature asks for it."""
    return forms.CharField(
        label=_("One-time code"),
        help_text=help_text,
        max_length=16,
        widget=forms.TextInput(
            attrs={
                "class": "input input--code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
            }
        ),
    )


class DecisionForm(forms.Form):
    """The second signature: approve, or return with reasons."""

    APPROVE, RETURN = "approve", "return"
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            (APPROVE, _("Approve")),
            (RETURN, _("Return and say what is missing")),
        ],
        widget=forms.RadioSelect,
        initial=APPROVE,
    )
    note = forms.CharField(
        label=_("Reasons"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "textarea approval__why"}),
    )
    code = code_field(_("Both approving and returning ask who you are once more."))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == self.RETURN and not cleaned.get("note"):
            self.add_error("note", _("Say what is missing: the proposer will read it."))
        return cleaned


class IssueForm(forms.Form):
    """Proposal to issue a qualification."""

    sectors = forms.MultipleChoiceField(
        label=_("Sectors"), widget=forms.CheckboxSelectMultiple
    )
    methods = forms.MultipleChoiceField(
        label=_("Methods"), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("Note for the second person"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "textarea"}),
    )

    def __init__(
        self, *args: Any, sectors: list[str], methods: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sectors"].choices = [  # type: ignore[attr-defined]
            (value, Sector(value).label) for value in sectors
        ]
        self.fields["methods"].choices = [  # type: ignore[attr-defined]
            (value, Method(value).label) for value in methods
        ]


class ActForm(forms.Form):
    """Proposal of an act on an existing qualification."""

    act = forms.ChoiceField(
        label=_("Act"), widget=forms.Select(attrs={"class": "select"})
    )
    ground = forms.ChoiceField(
        label=_("Ground"),
        choices=Ground.choices,
        widget=forms.Select(attrs={"class": "select"}),
    )
    legal_ground = forms.CharField(
        label=_("Legal ground"),
        required=False,
        max_length=200,
        help_text=_(
            "Article, paragraph and item; needed to suspend, revoke, reinstate."
        ),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    document = forms.CharField(
        label=_("Document number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    effective_at = forms.DateTimeField(
        label=_("Takes effect"),
        required=False,
        help_text=_("Empty: when it is approved."),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={"type": "datetime-local", "class": "input"},
        ),
    )
    valid_to = forms.DateTimeField(
        label=_("New end of the term"),
        required=False,
        help_text=_("Only to extend the term."),
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={"type": "datetime-local", "class": "input"},
        ),
    )
    note = forms.CharField(
        label=_("Note for the second person"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "textarea"}),
    )

    def __init__(
        self,
        *args: Any,
        allowed: frozenset[Act],
        extra: tuple[Act, ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        acts = [*extra, *(act for act in _PROPOSABLE if act in allowed)]
        self.fields["act"].choices = [(a, a.label) for a in acts]  # type: ignore[attr-defined]
        fitting = (
            frozenset().union(*(GROUNDS[a] for a in acts)) if acts else frozenset()
        )
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (g, g.label) for g in Ground if g in fitting
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        act, ground = cleaned.get("act"), cleaned.get("ground")
        if act and ground and Ground(ground) not in GROUNDS[Act(act)]:
            self.add_error("ground", _("This reason does not fit this act."))
        return cleaned


class ScopeActForm(ActForm):
    """An act on one qualification; a change of field says the new one."""

    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    methods = forms.MultipleChoiceField(
        label=_("Methods"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, sectors: list[str], methods: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sectors"].choices = [  # type: ignore[attr-defined]
            (value, Sector(value).label) for value in sectors
        ]
        self.fields["methods"].choices = [  # type: ignore[attr-defined]
            (value, Method(value).label) for value in methods
        ]


class NumberForm(forms.Form):
    """A card number as the public types it."""

    no = forms.CharField(
        label=_("Card number"),
        max_length=40,
        error_messages={"required": _("Type the number that is printed on the card.")},
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "inputmode": "numeric"}
        ),
    )

    def clean_no(self) -> str:
        parsed = parse_number(self.cleaned_data["no"])
        if parsed is None:
            raise forms.ValidationError(
                _(
                    "A card number looks like 390200-2024-0147. Compare it with the card."
                )
            )
        return format_number(*parsed)


class ComplaintForm(forms.Form):
    """A report from the public."""

    number = forms.CharField(
        label=_("Card number, if you know it"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=4000,
        help_text=_("Who came, when, where, and what was not right."),
        widget=forms.Textarea(attrs={"rows": 6, "class": "textarea"}),
    )
    contact = forms.CharField(
        label=_("How we can reach you, if you want an answer"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class AnswerForm(forms.Form):
    """The supervisor's answer to a report."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "textarea"}),
    )


class ObjectionForm(forms.Form):
    """An objection of the person concerned."""

    document = forms.CharField(
        label=_("Number of your written objection"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class DayForm(forms.Form):
    """A day to ask about, and optionally the day as known on which."""

    on = forms.DateField(
        label=_("On the day"),
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "input"}
        ),
    )
    known = forms.DateField(
        label=_("As known on"),
        required=False,
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "input"}
        ),
    )
