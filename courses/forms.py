"""What learners send."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class BeatForm(forms.Form):
    """A sign of life, as JSON."""

    token = forms.CharField(max_length=64)
    visible = forms.BooleanField(required=False)
    acted = forms.BooleanField(required=False)
    played = forms.IntegerField(required=False, min_value=0)
    position = forms.RegexField(r"^[0-9a-f-]{36}$", required=False, max_length=36)
    reached_end = forms.BooleanField(required=False)


class NoteForm(forms.Form):
    """A note on a lesson."""

    text = forms.CharField(label=_("My note"), required=False, max_length=10_000)
    block_id = forms.CharField(required=False, max_length=64)
    quote = forms.CharField(required=False, max_length=500)


class QuestionForm(forms.Form):
    """A question to the trainers."""

    text = forms.CharField(label=_("Your question"), max_length=2000)
