"""Input of the law desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Article, StatuteEdition
from courses.queries.law import read_citation


class ImportStatuteForm(forms.Form):
    """An official publication and, where its text does not say it, the day in force."""

    source = forms.FileField(
        label=_("File"),
        help_text=_("Markdown, plain text or .docx, at most 20 MB."),
    )
    in_force = forms.DateField(
        label=_("In force from"),
        required=False,
        help_text=_("Only when the text itself does not say it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class CarryForwardForm(forms.Form):
    """The place a citation names from now on, as a key or in words."""

    new_key = forms.CharField(label=_("New place"), max_length=260, required=False)

    def clean_new_key(self) -> str:
        written = str(self.cleaned_data["new_key"])
        if not written:
            return ""
        place = read_citation(written)
        if place is None:
            raise forms.ValidationError(_("Write the new place like AQSCF:82.1."))
        return place.key


class SuccessorForm(forms.Form):
    """The number of the article that became of an old one; empty when it is gone."""

    number = forms.CharField(label=_("New article"), required=False, max_length=12)

    def __init__(self, *args: Any, edition: StatuteEdition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition

    def clean_number(self) -> Article | None:
        written = str(self.cleaned_data["number"]).strip()
        if not written:
            return None
        number, _dash, sub = written.partition("-")
        if not number.isdecimal() or (sub and not sub.isdecimal()):
            raise forms.ValidationError(_("Write the number like 82 or 134-1."))
        article = self.edition.articles.filter(
            number=int(number), sub=int(sub or 0)
        ).first()
        if article is None:
            raise forms.ValidationError(_("The new edition has no such article."))
        return article
