"""The officer's own device: whose key proves who holds an offline credential."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import (
    recent_code_required,
    sign_in_required,
    signed_in_person,
)
from credentials.forms.device import DeviceKeyForm
from credentials.models import HolderKey
from credentials.services.offline import bind_holder_key


@sign_in_required
@require_safe
@never_cache
def device(request: HttpRequest) -> HttpResponse:
    """Which device is bound to the signed-in person."""
    return _page(request, DeviceKeyForm())


@recent_code_required
@require_POST
def bind(request: HttpRequest) -> HttpResponse:
    """Binds the person's device; the one before no longer proves anything."""
    form = DeviceKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    person = signed_in_person(request)
    bind_holder_key(person, form.cleaned_data["key"], now=timezone.now())
    messages.success(request, _("Your device is bound."))
    return redirect("credentials:device")


def _page(
    request: HttpRequest, form: DeviceKeyForm, *, status: int = 200
) -> HttpResponse:
    person = signed_in_person(request)
    held = HolderKey.objects.filter(officer_id=str(person.public_id)).first()
    context = {"form": form, "held": held}
    return render(request, "credentials/device.html", context, status=status)
