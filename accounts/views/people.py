"""The people of an organisation: roster, first passwords, lost authenticators."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.errors import AccountError, RosterRefused
from accounts.forms import (
    PeopleSearchForm,
    RosterForm,
)
from accounts.models import DeviceReset
from accounts.permissions import (
    has_recent_code,
    role_required,
    signed_in_person,
)
from accounts.queries import people_list, users_reached
from accounts.services import (
    approve_device_reset,
    import_roster,
)

PAGE = 50


@role_required(Role.ORGANISATION_ADMIN)
def people(request: HttpRequest) -> HttpResponse:
    """The people of my organisations, and what waits for me."""
    now = timezone.now()
    reached = users_reached(signed_in_person(request), {Role.ORGANISATION_ADMIN}, now)
    form = PeopleSearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = people_list(reached, words, timezone.localdate(now))
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "search": form,
        "words": words,
        "resets": DeviceReset.objects.filter(
            user__in=reached, decided_at__isnull=True
        ).select_related("user"),
        "form": RosterForm(),
    }
    return render(request, "accounts/people.html", context)


@require_POST
@role_required(Role.ORGANISATION_ADMIN)
def upload_roster(request: HttpRequest) -> HttpResponse:
    """Check or import a roster of my organisations."""
    context = roster_context(request)
    status = 200 if context["report"] else 422
    return render(request, "accounts/roster.html", context, status=status)


def roster_context(request: HttpRequest) -> dict[str, Any]:
    """The form, and what an uploaded roster would do or did."""
    form = RosterForm(request.POST, request.FILES)
    report, problems = None, []
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            report = import_roster(
                upload.read(),
                upload.name,
                now=timezone.now(),
                by=signed_in_person(request),
                dry_run=form.cleaned_data["dry_run"],
            )
        except RosterRefused as refused:
            problems = refused.problems
    return {"form": form, "report": report, "problems": problems}


@require_POST
@role_required(Role.ORGANISATION_ADMIN)
def invite(request: HttpRequest, public_id: str) -> HttpResponse:
    """A link, to be handed over, with which a person sets the first password."""
    reached = users_reached(
        signed_in_person(request),
        {Role.ORGANISATION_ADMIN},
        timezone.now(),
    )
    person = get_object_or_404(reached.distinct(), public_id=public_id)
    link = reverse(
        "accounts:set_password",
        args=[
            urlsafe_base64_encode(force_bytes(person.pk)),
            default_token_generator.make_token(person),
        ],
    )
    context = {"person": person, "link": request.build_absolute_uri(link)}
    return render(request, "accounts/invite.html", context)


@require_POST
@role_required(Role.ORGANISATION_ADMIN)
def decide_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a lost authenticator of a person of mine, after a recent code."""
    now = timezone.now()
    if not has_recent_code(request, now):
        return HttpResponseRedirect(
            reverse("accounts:code", query={"next": reverse("accounts:people")})
        )
    reached = users_reached(signed_in_person(request), {Role.ORGANISATION_ADMIN}, now)
    reset = get_object_or_404(DeviceReset, pk=pk, user__in=reached)
    try:
        approve_device_reset(reset, now=now, by=signed_in_person(request))
        messages.success(request, _("The authenticator was removed."))
    except AccountError as error:
        messages.error(request, str(error))
    return redirect("accounts:people")
