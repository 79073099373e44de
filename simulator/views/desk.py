"""The invigilator's desk: runs in progress and finished, and what can be done."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import role_required, signed_in_person
from simulator.enums import RunStatus
from simulator.errors import SimulatorError
from simulator.forms import KeepRunForm
from simulator.models import Run
from simulator.permissions import RUN_KEEPERS, kept_runs
from simulator.services.runs import extend_run, grant_attempt, void_run

PAGE = 30
DEFAULT_MINUTES = 10


@role_required(*RUN_KEEPERS)
@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs of the officers one answers for, those in progress first."""
    runs = (
        kept_runs(signed_in_person(request))
        .select_related("user", "version__case")
        .prefetch_related("reports")
        .order_by("-status", "-started_at")
    )
    only_live = request.GET.get("show") == "live"
    if only_live:
        runs = runs.filter(status=RunStatus.LIVE)
    page = Paginator(runs, PAGE).get_page(request.GET.get("p"))
    return render(
        request,
        "simulator/desk.html",
        {"page": page, "only_live": only_live, "acts": KeepRunForm.ACTS},
    )


@role_required(*RUN_KEEPERS)
@require_POST
def run_keep(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give more time, void, or grant another attempt; the reason is kept."""
    keeper, now = signed_in_person(request), timezone.now()
    run = get_object_or_404(kept_runs(keeper), public_id=run_id)
    form = KeepRunForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose what is done and write the reason."))
        return redirect("simulator:desk")
    try:
        _keep(run, form, keeper=keeper, now=now)
    except SimulatorError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, gettext("It is done and kept with its reason."))
    return redirect("simulator:desk")


def _keep(run: Run, form: KeepRunForm, *, keeper: User, now: datetime) -> None:
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["act"] == "extend":
        minutes = form.cleaned_data["minutes"] or DEFAULT_MINUTES
        extend_run(run, minutes=minutes, now=now, by=keeper, reason=reason)
    elif form.cleaned_data["act"] == "void":
        void_run(run, now=now, by=keeper, reason=reason)
    else:
        case = run.version.case
        grant_attempt(case, user=run.user, now=now, by=keeper, reason=reason)
