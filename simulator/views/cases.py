"""Choosing a case and starting a run."""

from statistics import fmean
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import code_required, sign_in_required
from simulator.enums import FINISHED_STATUSES, Mode
from simulator.errors import SimulatorError
from simulator.forms import StartForm
from simulator.models import ChecklistEdition, ChecklistEntry, InspectionCase
from simulator.queries import (
    assessment_rows,
    case_cards,
    latest_checklists,
    live_case,
    playable_cases,
    runs_of,
)
from simulator.services.runs import start_run
from simulator.views.opinion import CLAUSES


@sign_in_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case one may play, and one's own runs."""
    now = timezone.now()
    cards = case_cards(_user(request), now)
    assessment = assessment_rows(_user(request), cards)
    scores = [row.score for row in assessment if row.score is not None]
    return render(
        request,
        "simulator/case_list.html",
        {
            "cards": cards,
            "assessment": assessment,
            "assessed": len(scores),
            "mean": fmean(scores) if scores else None,
            "clauses": CLAUSES,
            "checklists": latest_checklists(),
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
    """A checklist, aspect by aspect: the edition of a day, or the latest."""
    editions = ChecklistEdition.objects.filter(key=key).order_by("-law_as_of")
    day = parse_date(request.GET.get("on", ""))
    edition = (editions.filter(law_as_of__lte=day) if day else editions).first()
    if edition is None:
        raise Http404
    aspects: dict[str, list[ChecklistEntry]] = {}
    for entry in edition.entries.all():
        aspects.setdefault(entry.get_aspect_display(), []).append(entry)
    return render(
        request,
        "simulator/checklist.html",
        {"edition": edition, "editions": editions, "aspects": aspects},
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- sign_in_required
    return request.user
