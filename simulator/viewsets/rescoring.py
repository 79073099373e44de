"""Re-scoring in the back office: one person proposes, another decides."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import signed_in_person
from simulator.errors import SimulatorError
from simulator.forms import RescoringForm
from simulator.models import Rescoring
from simulator.permissions import (
    case_desk_required,
    case_editor_required,
    may_decide_rescoring,
    may_publish,
    rescoring_required,
)
from simulator.queries import live_case
from simulator.services.rescoring import (
    apply_rescoring,
    decline_rescoring,
    propose_rescoring,
)


@case_desk_required
@require_GET
def rescoring_list(request: HttpRequest) -> HttpResponse:
    """Every proposal with where it stands."""
    context = {
        "proposals": Rescoring.objects.select_related(
            "old_version__case", "new_version", "proposed_by", "decided_by"
        ),
        "may_propose": may_publish(signed_in_person(request)),
    }
    return render(request, "simulator/admin/rescoring_list.html", context)


@case_editor_required
@require_http_methods(["GET", "POST"])
def rescoring_propose(request: HttpRequest) -> HttpResponse:
    """Compare both keys over every finished run, and keep the list as a proposal."""
    form = RescoringForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = propose_rescoring(
                given["old"],
                given["new"],
                now=timezone.now(),
                by=signed_in_person(request),
                reason=given["reason"],
            )
        except SimulatorError as error:
            form.add_error(None, error.detail)
        else:
            return redirect("case_desk:rescoring", proposal_id=made.public_id)
    return render(request, "simulator/admin/rescoring_propose.html", {"form": form})


@case_desk_required
@require_GET
def rescoring_detail(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """The list of changed results, and for a second person the two buttons."""
    proposal = _proposal(proposal_id)
    user = signed_in_person(request)
    texts = {item.id: item.text for item in live_case(proposal.new_version).items}
    lines = proposal.lines.select_related("run__user", "old_report")
    context: dict[str, Any] = {
        "proposal": proposal,
        "lines": [
            {"line": line, "items": [texts.get(item, item) for item in line.items]}
            for line in lines
        ],
        "own": proposal.proposed_by_id == user.pk,
        "may_decide": may_decide_rescoring(user),
    }
    return render(request, "simulator/admin/rescoring_detail.html", context)


@rescoring_required
@require_POST
def rescoring_decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Apply or decline; never by the proposer."""
    decide = apply_rescoring if request.POST.get("act") == "apply" else None
    if request.POST.get("act") == "decline":
        decide = decline_rescoring
    try:
        if decide is not None:
            decide(
                _proposal(proposal_id), now=timezone.now(), by=signed_in_person(request)
            )
            messages.success(request, gettext("The decision is kept."))
    except SimulatorError as error:
        messages.error(request, error.detail)
    return redirect("case_desk:rescoring", proposal_id=proposal_id)


def _proposal(proposal_id: UUID) -> Rescoring:
    return get_object_or_404(
        Rescoring.objects.select_related(
            "old_version__case", "new_version", "proposed_by", "decided_by"
        ),
        public_id=proposal_id,
    )


def rescoring_urls() -> list[URLPattern]:
    """Addresses below the case desk."""
    return [
        path("rescoring/", rescoring_list, name="rescorings"),
        path("rescoring/new/", rescoring_propose, name="rescoring_propose"),
        path("rescoring/<uuid:proposal_id>/", rescoring_detail, name="rescoring"),
        path(
            "rescoring/<uuid:proposal_id>/decide/",
            rescoring_decide,
            name="rescoring_decide",
        ),
    ]
