"""Enforcement documents: as forms, as PDF, and bound as a case file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.documents import print_pdf
from accounts.queries import organisation_of
from simulator.documents.facts import fill
from simulator.documents.library import Edition, Form, edition_in_force
from simulator.documents.proceeding import made_by_itself
from simulator.documents.rendering import FilledForm
from simulator.documents.wording import Desk, Party, worded
from simulator.engine import FIELDS, Action, expected_fields, prefill, view_model
from simulator.engine.case import RequiredDocument
from simulator.enums import Mode, RunStatus
from simulator.errors import SimulatorError
from simulator.forms import read_document
from simulator.models import Run
from simulator.permissions import own_run_required, readable_run_required
from simulator.queries import case_of, current_state
from simulator.services.runs import act
from simulator.views.context import Feedback, run_context


@own_run_required
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, run: Run, code: str) -> HttpResponse:
    """One document as a form. Saving appends to the log; nothing is overwritten."""
    if run.status != RunStatus.LIVE:
        return redirect("simulator:debrief", run_id=run.public_id)
    required = _required(run, code)
    form = _edition(run).form(required.template)
    feedback = Feedback()
    if request.method == "POST":
        feedback = _save(request, run, required)
        if not feedback.error:
            place = reverse("simulator:screen", args=[run.public_id, "close"])
            return redirect(f"{place}#paper-{code}")
        run.refresh_from_db()
    context = run_context(request, run, "document", feedback)
    context |= {
        "required": required,
        "form": form,
        "rows": _rows(run, form, required, request),
        "may_take_over": run.mode != Mode.EXAM,
        "facts_text": _given(run, required).get("facts_text", ""),
    }
    return render(request, "simulator/document_form.html", context)


@readable_run_required
@require_GET
def document_pdf(request: HttpRequest, run: Run, code: str) -> HttpResponse:
    """One document in its customary layout."""
    required = _required(run, code)
    form = _edition(run).form(required.template)
    filled = fill(form, required, _desk(run), _number(form, 1))
    return _pdf([filled], run, f"{form.code}.pdf", bound=False)


@readable_run_required
@require_GET
def case_file(request: HttpRequest, run: Run) -> HttpResponse:
    """Every document of the run, bound in the customary order with a contents page."""
    desk = _desk(run)
    by_form = {
        _edition(run).form(r.template).code: r for r in desk.case.documents_required
    }
    papers = [
        fill(form, by_form.get(form.code), desk, _number(form, n))
        for n, form in enumerate(_edition(run).forms, start=1)
        if _is_bound(form, by_form.get(form.code), desk)
    ]
    return _pdf(papers, run, "case-file.pdf", bound=True)


def _is_bound(form: Form, required: RequiredDocument | None, desk: Desk) -> bool:
    """Papers to fill in are bound when filled; the others when they came about."""
    if required is not None:
        return required.id in desk.state.filled
    return made_by_itself(form, desk.state)


def _edition(run: Run) -> Edition:
    """The forms of the officer's province on the day of the visit."""
    organisation = organisation_of(run.user, run.started_at.date())
    code = organisation.division_code if organisation else ""
    return edition_in_force(code, case_of(run).head.time.sim_start.date())


def _required(run: Run, code: str) -> RequiredDocument:
    for required in case_of(run).documents_required:
        if required.id == code:
            return required
    raise Http404


def _given(run: Run, required: RequiredDocument) -> dict[str, Any]:
    return dict(current_state(run).filled.get(required.id, {}))


def _save(request: HttpRequest, run: Run, required: RequiredDocument) -> Feedback:
    try:
        posted = read_document(request.POST, required, current_state(run))
        action = Action("doc.fill", required.id, posted.action.payload,
                        posted.action.client_event_id)  # fmt: skip
        act(run.public_id, action, now=timezone.now(), by=run.user, seen=posted.seen)
    except SimulatorError as error:
        return Feedback(error=error.detail)
    return Feedback()


def _rows(
    run: Run, form: Form, required: RequiredDocument, request: HttpRequest
) -> list[dict[str, Any]]:
    """The blanks with what stands in them, ready for the template."""
    case, state = case_of(run), current_state(run)
    given = _given(run, required)
    if not given:
        given = dict(prefill(case, state, required))
        if request.GET.get("take") == "record" and run.mode != Mode.EXAM:
            given = dict(expected_fields(case, state, required))
    desk = _desk(run)
    labels = {field.key: field.label for field in form.fields}
    return [
        {
            "key": key,
            "label": labels.get(key, key),
            "kind": FIELDS.get(key, "text"),
            "value": given.get(key),
            "words": worded(key, True, desk) if FIELDS.get(key) == "yes" else "",
        }
        for key in dict.fromkeys((*required.auto, *_plain(form, required)))
    ]


def _plain(form: Form, required: RequiredDocument) -> list[str]:
    """Blanks of the form that are not compared but may be written."""
    return [
        field.key
        for field in form.fields
        if not field.auto and field.key not in required.auto
    ]


def _desk(run: Run) -> Desk:
    organisation = organisation_of(run.user, run.started_at.date())
    government = "本级人民政府"
    if organisation is not None:
        government = organisation.name.split("应急")[0] + "人民政府"
    return Desk(
        case_of(run),
        current_state(run),
        Party(run.user.name, run.user.officer_number or "—", government),
    )


def _number(form: Form, serial: int) -> str:
    return f"（模拟）{form.mark}〔教学〕{serial}号"


def _pdf(
    papers: list[FilledForm], run: Run, filename: str, *, bound: bool
) -> HttpResponse:
    view = view_model(case_of(run), current_state(run))
    body = print_pdf(
        "simulator/document_pdf.html",
        {"papers": papers, "bound": bound, "run": run, "view": view},
    )
    return HttpResponse(
        body,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{filename}"'},
    )
