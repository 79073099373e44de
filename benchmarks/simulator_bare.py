"""What an act in the simulator is compared with: a bare view with one INSERT."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from simulator.models import RunEvent


def view(request: HttpRequest) -> HttpResponse:
    """One row of the same table, by the same ORM, behind the same middleware."""
    run_id = int(request.POST["run"])
    RunEvent.objects.create(
        run_id=run_id,
        seq=int(request.POST["seq"]),
        client_event_id=uuid.uuid4().hex,
        at_server=timezone.now(),
        sim_clock="2026-11-10T09:00:00",
        phase="ONSITE",
        actor="trainee",
        verb="hotspot.inspect",
        object_type="hotspot",
        object_id=request.POST["object"],
        payload={"gained": [], "reply": 0},
        prev_hash="0" * 64,
        hash="0" * 64,
    )
    return HttpResponse(status=204)


urlpatterns = [path("bare/", view), path("", include("config.urls"))]
