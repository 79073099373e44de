"""Choosing a case and starting a run."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import code_required, sign_in_required
from simulator.enums import FINISHED_STATUSES, Mode
from simulator.errors import SimulatorError
from simulator.forms import StartForm
from simulator.models import ChecklistEdition, ChecklistEntry, InspectionCase
from simulator.queries import case_cards, live_case, playable_cases, runs_of
from simulator.services.runs import start_run


@sign_in_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case one may play, and one's own runs."""
    now = timezone.now()
    return render(
        request,
        "simulator/case_list.html",
        {
            "cards": case_cards(_user(request), now),
            "open_runs": runs_of(_user(request)).live(),
            "finished_runs": runs_of(_user(request)).finished()[:20],
        },
    )


@sign_in_required
@require_GET
def case_detail(request: HttpRequest, key: str) -> HttpResponse:
    """The task as the officer gets it, and the ways to play it."""
    case = get_object_or_404(playable_cases(), key=key)
    assert case.live_version is not None  # noqa: S101 -- playable cases have one
    runs = runs_of(_user(request)).filter(version__case=case)
    return render(
        request,
        "simulator/case_detail.html",
        {
            "case": case,
            "version": case.live_version,
            "content": live_case(case.live_version),
            "modes": [
                (mode, label)
                for mode, label in Mode.choices
                if mode in live_case(case.live_version).head.modes
            ],
            "runs": runs,
            "new_id": uuid4().hex,
            "finished": FINISHED_STATUSES,
        },
    )


@sign_in_required
@require_POST
def run_start(request: HttpRequest, key: str) -> HttpResponseBase:
    """Start or continue a run in the chosen mode; an assessment asks for the code."""
    form = StartForm(request.POST)
    if not form.is_valid():
        return redirect("simulator:case", key=key)
    if form.cleaned_data["mode"] == Mode.EXAM:
        return code_required(_start)(request, key, form)
    return _start(request, key, form)


def _start(request: HttpRequest, key: str, form: StartForm) -> HttpResponseBase:
    case = get_object_or_404(InspectionCase, key=key)
    try:
        run = start_run(
            case,
            mode=Mode(form.cleaned_data["mode"]),
            now=timezone.now(),
            by=_user(request),
        )
    except SimulatorError as error:
        messages.error(request, error.detail)
        return redirect("simulator:case", key=key)
    return redirect("simulator:run", run_id=run.public_id)


@sign_in_required
@require_GET
def checklist(request: HttpRequest, key: str) -> HttpResponse:
    """The latest edition of a checklist, aspect by aspect."""
    edition = ChecklistEdition.objects.filter(key=key).order_by("-law_as_of").first()
    if edition is None:
        raise Http404
    aspects: dict[str, list[ChecklistEntry]] = {}
    for entry in edition.entries.all():
        aspects.setdefault(entry.get_aspect_display(), []).append(entry)
    return render(
        request,
        "simulator/checklist.html",
        {"edition": edition, "aspects": aspects},
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- sign_in_required
    return request.user
