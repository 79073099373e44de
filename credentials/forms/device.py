"""Input of the page for the officer's own device."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from credentials.tokens import BadTokenError, load_public_key


class DeviceKeyForm(forms.Form):
    """The public key that the officer's device shows."""

    key = forms.CharField(
        label=_("Public key of your device"),
        help_text=_("The device shows it as one line that begins with a brace."),
        max_length=500,
        widget=forms.Textarea(
            attrs={"class": "textarea", "rows": 3, "spellcheck": "false"}
        ),
    )

    def clean_key(self) -> dict[str, Any]:
        try:
            jwk = json.loads(self.cleaned_data["key"])
            load_public_key(jwk)
        except (ValueError, AttributeError, BadTokenError) as error:
            raise ValidationError(_("This is no public Ed25519 key.")) from error
        return dict(jwk)
