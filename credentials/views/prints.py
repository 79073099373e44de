"""Papers in bulk: ordered, left, found again, taken."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import role_required, signed_in_person
from accounts.queries import organisations_reached
from credentials.enums import PaperForm
from credentials.errors import CredentialsError
from credentials.forms.desk import PrintForm
from credentials.models import PrintJob, Scheme
from credentials.queries.desk import DESK_ROLES
from credentials.queries.papers import to_print
from credentials.services.printing import LARGEST, job_file, open_print_job

SHOWN = 20


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def print_jobs(request: HttpRequest) -> HttpResponse:
    """My print jobs and a new one."""
    person, now = signed_in_person(request), timezone.now()
    form = PrintForm(request.POST or None, schemes=_schemes(person, now))
    if request.method == "POST" and form.is_valid():
        scheme, since = form.cleaned_data["scheme"], form.cleaned_data["since"]
        rows = to_print(scheme, since=since, now=now)[: LARGEST + 1]
        kind = PaperForm(form.cleaned_data["form"])
        try:
            job = open_print_job(rows, scheme, kind, by=person, now=now)
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("credentials:print_job", public_id=job.public_id)
    jobs = PrintJob.objects.filter(made_by=person).select_related("scheme")[:SHOWN]
    context = {"form": form, "jobs": jobs, "now": now}
    return render(request, "credentials/print_jobs.html", context)


@role_required(Role.CERTIFICATION_OFFICER)
@require_safe
def print_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a job is; reloads itself until it is done."""
    context = {"job": _own_job(request, public_id), "now": timezone.now()}
    return render(request, "credentials/print_job.html", context)


@role_required(Role.CERTIFICATION_OFFICER)
@require_safe
def print_file(request: HttpRequest, public_id: str) -> FileResponse:
    """The papers of a finished job."""
    job = _own_job(request, public_id)
    path = job_file(job)
    if job.finished_at is None or not path.exists():
        raise Http404
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{job.made_at:%Y%m%d}-{job.form}.zip",
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _own_job(request: HttpRequest, public_id: str) -> PrintJob:
    person = signed_in_person(request)
    job = PrintJob.objects.filter(public_id=public_id, made_by=person).first()
    if job is None:
        raise Http404
    return job


def _schemes(person: User, now: Any) -> Any:
    reached = organisations_reached(person, DESK_ROLES, now)
    return Scheme.objects.filter(organisation__in=reached)
