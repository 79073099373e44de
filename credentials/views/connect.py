"""Pages for those who write connected systems: console, reference, events,
and what terminals without network did."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from oauth2_provider.models import get_access_token_model

from accounts.permissions import signed_in_person
from credentials.forms.connect import QuestionForm
from credentials.gate.openapi import openapi_document
from credentials.gate.probe import Probe, ask_gate
from credentials.models import DecisionRecord, GateEvent
from credentials.permissions import connector_required, may_connect
from credentials.queries.applications import applications_reached, differing_records

TOKEN_LIFE = timedelta(minutes=1)
SHOWN = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The console for those who connect systems, the reference for everybody else."""
    return redirect("connect:console" if may_connect(request) else "connect:reference")


@connector_required
@never_cache
def console(request: HttpRequest) -> HttpResponse:
    """Puts a real question to the gate and shows what went back and forth."""
    applications = applications_reached(signed_in_person(request), timezone.now())
    form = QuestionForm(request.POST or None, applications=applications)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _ask(form)
    context["asked"] = DecisionRecord.objects.filter(
        application__in=applications
    ).select_related("application")[:SHOWN]
    return render(request, "credentials/connect/console.html", context)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The reference, made from the gate's own routes: nothing in it is secret."""
    document = openapi_document(settings.BASE_URL)
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "operations": operations,
        "base_url": settings.BASE_URL,
        "may_connect": may_connect(request),
    }
    return render(request, "credentials/connect/reference.html", context)


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


@connector_required
@require_safe
@never_cache
def offline(request: HttpRequest) -> HttpResponse:
    """What terminals answered without network, and the register would not have."""
    rows = differing_records(signed_in_person(request), timezone.now())
    context = {"records": rows[: SHOWN * 5]}
    return render(request, "credentials/connect/offline.html", context)


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
