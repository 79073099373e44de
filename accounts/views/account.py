"""Signing in, codes, passwords, the profile."""

import json
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import (
    PasswordResetConfirmView,
    PasswordResetView,
    redirect_to_login,
)
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Role
from accounts.errors import AccountError
from accounts.forms import (
    CodeForm,
    ContactForm,
    EnrolmentForm,
    PhotoForm,
    SignInForm,
)
from accounts.models import DeviceReset, RoleGrant, User
from accounts.permissions import (
    CODE_TIME_KEY,
    has_recent_code,
    must_use_code,
    sign_in_required,
    signed_in_person,
)
from accounts.queries import membership_on, users_reached
from accounts.services import (
    begin_enrolment,
    confirm_enrolment,
    correct_person,
    export_person,
    request_device_reset,
)
from accounts.services.codes import replace_recovery_codes
from accounts.services.photos import read_photo, remove_photo, set_photo

PHOTO_ROLES = {
    Role.ORGANISATION_ADMIN,
    Role.CERTIFICATION_OFFICER,
    Role.INVIGILATOR,
    Role.SUPERVISOR,
    Role.AUDITOR,
}
BACKEND = "accounts.backends.AccountBackend"


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def _remember_code(request: HttpRequest, device: Device) -> None:
    otp_login(request, device)
    request.session.cycle_key()
    request.session[CODE_TIME_KEY] = timezone.now().isoformat()


@never_cache
@sensitive_post_parameters("password", "otp")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account, password and one-time code; staff without a code go on to it."""
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        login(request, form.user, backend=BACKEND)
        if form.device is not None:
            _remember_code(request, form.device)
        elif must_use_code(form.user, timezone.now()):
            return _to_code(request)
        return redirect(_safe_next(request))
    status = 422 if form.errors else 200
    context = {"form": form, "next": _safe_next(request)}
    return render(request, "accounts/sign_in.html", context, status=status)


def _to_code(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("accounts:code", query={"next": _safe_next(request)})
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


@never_cache
@sensitive_post_parameters("otp")
def code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the one-time code; without an authenticator, set one up first."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(_safe_next(request))
    if not TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        return HttpResponseRedirect(
            reverse("accounts:enrol", query={"next": _safe_next(request)})
        )
    form = CodeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and form.device is not None:
        _remember_code(request, form.device)
        return redirect(_safe_next(request))
    context = {
        "form": form,
        "next": _safe_next(request),
        "reset_requested": DeviceReset.objects.filter(
            user=user, decided_at__isnull=True
        ).exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/code.html", context, status=status)


@never_cache
@sensitive_post_parameters("otp")
def enrol(request: HttpRequest) -> HttpResponseBase:
    """Set up an authenticator: QR code, first code, then the recovery codes."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(_safe_next(request))
    try:
        device = begin_enrolment(user)
    except AccountError:
        return _to_code(request)
    form = EnrolmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, recovery_codes = confirm_enrolment(user, form.cleaned_data["otp"])
        except AccountError as error:
            form.add_error("otp", str(error))
        else:
            _remember_code(request, device)
            kept = {"recovery_codes": recovery_codes, "next": _safe_next(request)}
            return render(request, "accounts/recovery_codes.html", kept)
    qr = segno.make(device.config_url, error="m")
    context = {
        "form": form,
        "next": _safe_next(request),
        "qr": qr.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass="qr__fg"),
        "secret_base32": device.config_url.split("secret=")[1].split("&")[0],
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/enrol.html", context, status=status)


@require_POST
def lost_device(request: HttpRequest) -> HttpResponseBase:
    """Ask a second person to remove the authenticator one has lost."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login("/")
    request_device_reset(user, now=timezone.now())
    messages.success(
        request,
        _("Your request was noted. An administrator of your organisation decides it."),
    )
    return _to_code(request)


@never_cache
@sign_in_required
def profile(request: HttpRequest) -> HttpResponse:
    """What the product holds about me, and what I can change."""
    now = timezone.now()
    user = signed_in_person(request)
    form = ContactForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        correct_person(user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context = {
        "form": form,
        "person": user,
        "membership": membership_on(user, timezone.localdate(now)),
        "grants": RoleGrant.objects.active(now)
        .filter(user=user)
        .select_related("organisation"),
        "has_device": TOTPDevice.objects.filter(user=user, confirmed=True).exists(),
        "photo_form": PhotoForm(),
        "recovery_left": StaticToken.objects.filter(device__user=user).count(),
    }
    return render(request, "accounts/profile.html", context)


@require_POST
@sign_in_required
def change_photo(request: HttpRequest) -> HttpResponse:
    """A new photo for my card, or none."""
    person = signed_in_person(request)
    if "remove" in request.POST:
        remove_photo(person)
        messages.success(request, _("The photo was removed."))
        return redirect("accounts:profile")
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a picture first."))
        return redirect("accounts:profile")
    try:
        set_photo(person, form.cleaned_data["photo"].read())
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("accounts:profile")


@never_cache
@sign_in_required
def photo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A photo, for the person and for staff whose role reaches the person."""
    viewer = signed_in_person(request)
    people = User.objects.filter(pk=viewer.pk) | users_reached(
        viewer, PHOTO_ROLES, timezone.now()
    )
    person = get_object_or_404(people.exclude(photo=""), public_id=public_id)
    return HttpResponse(read_photo(person), content_type="image/jpeg")


@never_cache
@sign_in_required
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; every other session ends."""
    user = signed_in_person(request)
    form = PasswordChangeForm(user, request.POST or None)
    for field in form.fields.values():
        field.widget.attrs["class"] = "input"
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        messages.success(
            request, _("Your password was changed; all other sessions have ended.")
        )
        return redirect("accounts:profile")
    status = 422 if form.errors else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


@never_cache
@require_POST
@sign_in_required
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten fresh recovery codes, after a recent one-time code."""
    if not has_recent_code(request, timezone.now()):
        return HttpResponseRedirect(
            reverse("accounts:code", query={"next": reverse("accounts:profile")})
        )
    codes = replace_recovery_codes(signed_in_person(request))
    context = {"recovery_codes": codes, "next": reverse("accounts:profile")}
    return render(request, "accounts/recovery_codes.html", context)


@never_cache
@sign_in_required
def export(request: HttpRequest) -> HttpResponse:
    """My own data as a file."""
    data = export_person(signed_in_person(request), now=timezone.now())
    response = HttpResponse(
        json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


class ForgottenPasswordView(PasswordResetView):
    """Send a link to set a new password; says the same for every address."""

    template_name = "accounts/forgotten.html"
    email_template_name = "accounts/forgotten_mail.txt"
    subject_template_name = "accounts/forgotten_subject.txt"
    success_url = reverse_lazy("accounts:forgotten_sent")


class SetPasswordView(PasswordResetConfirmView):
    """Set a password by a link: the first one, or after forgetting it."""

    template_name = "accounts/set_password.html"
    success_url = reverse_lazy("accounts:sign_in")


def forgotten_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/forgotten_sent.html")
