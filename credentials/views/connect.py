"""Pages for those who connect systems: clients, console, reference, events."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import get_access_token_model

from accounts.enums import Role
from accounts.models import Organisation
from accounts.permissions import (
    recent_code_required,
    role_required,
    signed_in_person,
)
from accounts.queries import organisations_reached
from credentials.errors import CredentialsError
from credentials.forms.connect import ProposalForm, QuestionForm
from credentials.gate.openapi import openapi_document
from credentials.gate.probe import Probe, ask_gate
from credentials.models import (
    ApplicationProposal,
    ConnectedApplication,
    DecisionRecord,
    GateEvent,
)
from credentials.services.applications import (
    approve_application,
    close_application,
    issue_secret,
    propose_application,
    refuse_application,
)

CONNECTORS = (Role.ORGANISATION_ADMIN, Role.CERTIFICATION_OFFICER)
TOKEN_LIFE = timedelta(minutes=1)
SHOWN = 20

connector_required = role_required(*CONNECTORS)


@connector_required
@never_cache
def clients(request: HttpRequest) -> HttpResponse:
    """The connected systems of the person's organisations, and what is proposed."""
    reached = _organisations(request)
    return render(
        request,
        "credentials/connect/clients.html",
        {
            "applications": _applications(request).prefetch_related("secrets"),
            "proposals": ApplicationProposal.objects.filter(
                organisation__in=reached, decided_at__isnull=True
            ).select_related("organisation", "proposed_by"),
            "form": ProposalForm(organisations=reached),
        },
    )


@require_POST
@connector_required
@recent_code_required
def propose(request: HttpRequest) -> HttpResponse:
    """Proposes a connected system."""
    form = ProposalForm(request.POST, organisations=_organisations(request))
    if not form.is_valid():
        context = {"applications": [], "proposals": [], "form": form}
        return render(request, "credentials/connect/clients.html", context, status=422)
    propose_application(
        name=form.cleaned_data["name"],
        organisation=form.cleaned_data["organisation"],
        divisions=form.cleaned_data["divisions"],
        scopes=form.cleaned_data["scopes"],
        addresses=form.cleaned_data["addresses"],
        by=signed_in_person(request),
        now=timezone.now(),
    )
    messages.success(request, _("Proposed. A second person decides."))
    return redirect("connect:clients")


@require_POST
@connector_required
@recent_code_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves or refuses a proposal of somebody else."""
    proposal = get_object_or_404(
        ApplicationProposal, pk=pk, organisation__in=_organisations(request)
    )
    service = approve_application if "approve" in request.POST else refuse_application
    try:
        service(proposal, by=signed_in_person(request), now=timezone.now())
    except CredentialsError as error:
        messages.error(request, str(error))
    return redirect("connect:clients")


@require_POST
@connector_required
@recent_code_required
@never_cache
def renew_secret(request: HttpRequest, public_id: str) -> HttpResponse:
    """Issues another secret and shows it this once; the old one runs out in a week."""
    application = get_object_or_404(_applications(request), public_id=public_id)
    secret = issue_secret(application, now=timezone.now())
    context = {"application": application, "secret": secret}
    return render(request, "credentials/connect/secret.html", context)


@require_POST
@connector_required
@recent_code_required
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ends a connected system at once."""
    application = get_object_or_404(_applications(request), public_id=public_id)
    close_application(application, now=timezone.now())
    messages.success(request, _("The system is no longer connected."))
    return redirect("connect:clients")


@connector_required
@never_cache
def console(request: HttpRequest) -> HttpResponse:
    """Puts a real question to the gate and shows what went back and forth."""
    applications = _applications(request)
    form = QuestionForm(request.POST or None, applications=applications)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _ask(form)
    context["asked"] = DecisionRecord.objects.filter(
        application__in=applications
    ).select_related("application")[:SHOWN]
    return render(request, "credentials/connect/console.html", context)


@connector_required
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The reference, made from the gate's own routes."""
    document = openapi_document(settings.BASE_URL)
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    context = {"operations": operations, "base_url": settings.BASE_URL}
    return render(request, "credentials/connect/reference.html", context)


@connector_required
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The reference for machines."""
    return JsonResponse(openapi_document(settings.BASE_URL))


@connector_required
@require_safe
@never_cache
def events(request: HttpRequest) -> HttpResponse:
    """The last events of the feed."""
    rows = GateEvent.objects.order_by("-sequence")[: SHOWN * 5]
    return render(request, "credentials/connect/events.html", {"events": rows})


def _ask(form: QuestionForm) -> dict[str, Any]:
    application = form.cleaned_data["application"]
    now = timezone.now()
    token = get_access_token_model().objects.create(
        application=application,
        token=get_random_string(40),
        scope=" ".join(application.allowed_scopes),
        expires=now + TOKEN_LIFE,
    )
    question = form.question()
    probe: Probe = async_to_sync(ask_gate)(question, token.token)
    token.delete()
    language = "en" if get_language() == "en" else "zh-CN"
    return {
        "probe": probe,
        "summary": probe.summary(language),
        "reasons": probe.reasons(language),
        "question": json.dumps(question, ensure_ascii=False, indent=2),
        "url": settings.BASE_URL + "/access/v1/evaluation",
    }


def _organisations(request: HttpRequest) -> QuerySet[Organisation]:
    return organisations_reached(signed_in_person(request), CONNECTORS, timezone.now())


def _applications(request: HttpRequest) -> QuerySet[ConnectedApplication]:
    found: QuerySet[ConnectedApplication] = ConnectedApplication.objects.filter(
        organisation__in=_organisations(request), closed_at__isnull=True
    ).order_by("name")
    return found
