"""User input of the account pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.errors import AccountError
from accounts.models import User
from accounts.services import verify_code


class CodeField(forms.CharField):
    """A six-digit one-time code, or an eight-character recovery code."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("One-time code"))
        kwargs.setdefault("max_length", 16)
        super().__init__(**kwargs)
        self.widget.attrs.update(
            {
                "class": "input input--code",
                "inputmode": "text",
                "autocomplete": "one-time-code",
            }
        )


class SignInForm(forms.Form):
    """Account, password and, where an authenticator is set up, the one-time code."""

    account = forms.CharField(
        label=_("User name, phone or officer number"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "current-password"}
        ),
    )
    otp = CodeField(required=False)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None
        self.device: Device | None = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.errors:
            return data
        user = authenticate(
            self.request, username=data["account"], password=data["password"]
        )
        if not isinstance(user, User):
            raise ValidationError(
                _("Account or password is wrong. Your entries were not kept."),
                code="wrong_password",
            )
        if data["otp"]:
            try:
                self.device = verify_code(user, data["otp"])
            except AccountError as error:
                raise ValidationError({"otp": str(error)}) from error
        self.user = user
        return data


class CodeForm(forms.Form):
    """The one-time code alone."""

    otp = CodeField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.device: Device | None = None

    def clean_otp(self) -> str:
        code: str = self.cleaned_data["otp"]
        try:
            self.device = verify_code(self.user, code)
        except AccountError as error:
            raise ValidationError(str(error), code=error.code) from error
        return code


class EnrolmentForm(forms.Form):
    """The first code of a new authenticator."""

    otp = CodeField()


class ContactForm(forms.ModelForm[User]):
    """What a person may correct on their own."""

    class Meta:
        model = User
        fields = ["phone", "email", "language"]
        widgets = {
            "phone": forms.TextInput(attrs={"class": "input", "autocomplete": "tel"}),
            "email": forms.EmailInput(
                attrs={"class": "input", "autocomplete": "email"}
            ),
            "language": forms.Select(
                choices=settings.LANGUAGES, attrs={"class": "select"}
            ),
        }


class RosterForm(forms.Form):
    """A roster file, tried first, imported when everything in it is right."""

    file = forms.FileField(
        label=_("Roster (.xlsx or .csv)"),
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xlsx,.csv"}),
    )
    dry_run = forms.BooleanField(
        label=_("Only check, change nothing"), required=False, initial=True
    )


class PhotoForm(forms.Form):
    """A photo for the card."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_(
            "Upright, face in the middle, plain background. JPEG, PNG or WebP."
        ),
        widget=forms.FileInput(
            attrs={"class": "input", "accept": "image/jpeg,image/png,image/webp"}
        ),
    )


class PeopleSearchForm(forms.Form):
    """Words of a name, a number or a body."""

    q = forms.CharField(
        label=_("Name, officer number or organisation"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input", "type": "search"}),
    )
