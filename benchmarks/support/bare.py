"""What the gate is compared with: a bare Django view."""

from __future__ import annotations

import json
import os
import uuid

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from accounts.models import User
from credentials.models import ConnectedApplication, DecisionRecord


def view(request: HttpRequest) -> JsonResponse:
    """One indexed SELECT and one INSERT, as Django's ORM does them."""
    document = json.loads(request.body)
    member = document["subject"]["properties"]["members"][0]
    officer = User.objects.get(public_id=member["id"])
    DecisionRecord.objects.create(
        evaluation_id=uuid.uuid4().hex[:26],
        application_id=_application(),
        evaluated_at=timezone.now(),
        request_id="",
        action="bare",
        inspection=document["resource"]["id"],
        permitted=officer.is_active,
        reason="",
        revision=0,
        policy="",
        payload=document,
        digest="",
    )
    answer = JsonResponse({"decision": officer.is_active})
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def _application() -> int:
    """The application's key, read once per process."""
    if "key" not in _KEPT:
        name = os.environ["BENCH_APPLICATION"]
        application = ConnectedApplication.objects.get(client_id=name)
        _KEPT["key"] = int(application.pk)
    return _KEPT["key"]


_KEPT: dict[str, int] = {}
urlpatterns = [path("access/v1/evaluation", view)]
