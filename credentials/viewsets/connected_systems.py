"""Connected systems in the back office: proposed by one person, decided by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.permissions import recent_code_required, signed_in_person
from accounts.viewsets import RoleMenuItem
from credentials.errors import CredentialsError
from credentials.forms.connect import ProposalForm
from credentials.models import ApplicationProposal, ClientSecret, ConnectedApplication
from credentials.permissions import connector_required
from credentials.queries.applications import (
    CONNECTORS,
    applications_reached,
    organisations_connected_by,
    proposals_waiting,
)
from credentials.services.applications import (
    approve_application,
    close_application,
    issue_secret,
    propose_application,
    refuse_application,
)

TEMPLATES = "credentials/admin/"
LIST = "connected_systems:list"


@connector_required
@require_safe
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """The connected systems of the person's organisations, and what is proposed."""
    person, now = signed_in_person(request), timezone.now()
    context = {
        "applications": applications_reached(person, now).prefetch_related(
            Prefetch("secrets", ClientSecret.objects.live(now))
        ),
        "proposals": proposals_waiting(person, now),
        "person": person,
    }
    return render(request, TEMPLATES + "connected_systems.html", context)


@connector_required
@recent_code_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Proposes another connected system."""
    return _propose(request, None)


@connector_required
@recent_code_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Proposes other areas, scopes or limits for a connected system."""
    return _propose(request, _application(request, public_id))


@connector_required
@recent_code_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves or refuses a proposal of somebody else."""
    person, now = signed_in_person(request), timezone.now()
    reached = organisations_connected_by(person, now)
    proposal = get_object_or_404(ApplicationProposal, pk=pk, organisation__in=reached)
    service = approve_application if "approve" in request.POST else refuse_application
    try:
        service(proposal, by=person, now=now)
    except CredentialsError as error:
        messages.error(request, str(error))
    return redirect(LIST)


@connector_required
@recent_code_required
@require_POST
@never_cache
def secret(request: HttpRequest, public_id: str) -> HttpResponse:
    """Issues another secret and shows it this once; the old one runs out in a week."""
    application = _application(request, public_id)
    issued = issue_secret(application, now=timezone.now())
    context = {"application": application, "secret": issued}
    return render(request, TEMPLATES + "connected_system_secret.html", context)


@connector_required
@recent_code_required
@require_POST
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ends a connected system at once."""
    close_application(_application(request, public_id), now=timezone.now())
    messages.success(request, gettext("The system is no longer connected."))
    return redirect(LIST)


def _propose(
    request: HttpRequest, application: ConnectedApplication | None
) -> HttpResponse:
    person, now = signed_in_person(request), timezone.now()
    form = ProposalForm(
        request.POST or None,
        organisations=organisations_connected_by(person, now),
        application=application,
    )
    if request.method == "POST" and form.is_valid():
        wanted: dict[str, Any] = form.cleaned_data
        propose_application(**wanted, application=application, by=person, now=now)
        messages.success(request, gettext("Proposed. A second person decides."))
        return redirect(LIST)
    context = {"form": form, "application": application}
    status = 422 if request.method == "POST" else 200
    page = TEMPLATES + "connected_system_form.html"
    return render(request, page, context, status=status)


def _application(request: HttpRequest, public_id: str) -> ConnectedApplication:
    reached = applications_reached(signed_in_person(request), timezone.now())
    return get_object_or_404(reached, public_id=public_id)


def connected_systems_urls() -> list[URLPattern]:
    """Addresses below the admin's prefix."""
    return [
        path("", listing, name="list"),
        path("propose/", propose, name="propose"),
        path("proposals/<int:pk>/", decide, name="decide"),
        path("<uuid:public_id>/change/", change, name="change"),
        path("<uuid:public_id>/secret/", secret, name="secret"),
        path("<uuid:public_id>/close/", close, name="close"),
    ]


def connected_systems_item() -> RoleMenuItem:
    """What the desk adds to the main menu."""
    return RoleMenuItem(
        _("Connected systems"),
        reverse(LIST),
        roles=CONNECTORS,
        icon_name="key",
        order=720,
    )
