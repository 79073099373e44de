"""After the run: what it was worth, why, and what to practise next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from simulator.enums import RunStatus
from simulator.models import Run
from simulator.permissions import readable_run_required


@readable_run_required
@require_GET
def debrief(request: HttpRequest, run: Run) -> HttpResponse:
    """The debrief; while the run goes on it says nothing."""
    if run.status == RunStatus.LIVE:
        return redirect("simulator:run", run_id=run.public_id)
    return render(request, "simulator/debrief.html", {"run": run})


@readable_run_required
@require_GET
def replay(request: HttpRequest, run: Run) -> HttpResponse:
    """The run step by step."""
    return redirect("simulator:debrief", run_id=run.public_id)
