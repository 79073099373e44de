"""Blueprints with their check, exams, sessions and seats."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.permissions import role_required, signed_in_person
from accounts.queries import organisations_reached, users_reached
from exams.errors import ExamsError
from exams.forms.papers import (
    AccommodationForm,
    BlueprintForm,
    CellFormSet,
    CellSet,
    ExamForm,
    SeatsForm,
    SessionForm,
)
from exams.models import Blueprint, BlueprintCell, Session
from exams.permissions import KEEPERS, exams_kept
from exams.queries.papers import check_blueprint, check_cells, draw_cells
from exams.services.requests import approve_accommodation, withdraw_accommodation
from exams.services.sessions import assign_many
from exams.services.setup import save_blueprint, save_exam, save_session
from exams.services.sittings import prepare_session


@require_GET
@role_required(*KEEPERS)
def setup(request: HttpRequest) -> HttpResponse:
    """Blueprints, exams and sessions at a glance."""
    user, now = signed_in_person(request), timezone.now()
    exams = exams_kept(user, now).select_related("blueprint", "organisation")
    reached = organisations_reached(user, KEEPERS, now)
    context = {
        "blueprints": Blueprint.objects.filter(organisation__in=reached),
        "exams": exams,
        "sessions": Session.objects.filter(exam__in=exams)
        .select_related("exam")
        .order_by("-opens_at")[:50],
    }
    return render(request, "exams/setup.html", context)


def _kept_blueprint(
    request: HttpRequest, blueprint_id: UUID | None
) -> Blueprint | None:
    if blueprint_id is None:
        return None
    reached = organisations_reached(signed_in_person(request), KEEPERS, timezone.now())
    kept = Blueprint.objects.filter(organisation__in=reached)
    return get_object_or_404(kept, public_id=blueprint_id)


@require_http_methods(["GET", "POST"])
@role_required(*KEEPERS)
def blueprint(request: HttpRequest, blueprint_id: UUID | None = None) -> HttpResponse:
    """Edit a blueprint; says at once whether the bank fills it."""
    kept = _kept_blueprint(request, blueprint_id)
    reached = organisations_reached(signed_in_person(request), KEEPERS, timezone.now())
    cells = list(kept.cells.values()) if kept else []
    form = BlueprintForm(request.POST or None, instance=kept, organisations=reached)
    formset = CellFormSet(request.POST or None, initial=cells, prefix="cells")
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        saved = save_blueprint(kept, form.cleaned_data, _wanted(formset))
        messages.success(request, _("The blueprint is saved."))
        return redirect("exams:blueprint", saved.public_id)
    context = {
        "form": form,
        "formset": formset,
        "blueprint": kept,
        "check": check_blueprint(kept) if kept else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "exams/blueprint.html", context, status=status)


@require_POST
@role_required(*KEEPERS)
def blueprint_check(request: HttpRequest) -> HttpResponse:
    """What the bank gives for cells that are still being written; saves nothing."""
    formset = CellFormSet(request.POST, prefix="cells")
    ceiling = request.POST.get("exposure_ceiling", "")
    cells = [
        BlueprintCell(place=place, **fields)
        for place, fields in enumerate(_wanted(formset), start=1)
    ]
    check = check_cells(
        draw_cells(cells), int(ceiling) if ceiling.isdecimal() else None
    )
    return render(request, "exams/_blueprint_check.html", {"check": check})


def _wanted(formset: CellSet) -> list[dict[str, Any]]:
    """The cells that are complete and stay."""
    formset.is_valid()
    return [
        {name: value for name, value in cell.cleaned_data.items() if name != "DELETE"}
        for cell in formset
        if cell.is_valid() and cell.cleaned_data and not cell.cleaned_data.get("DELETE")
    ]


@require_http_methods(["GET", "POST"])
@role_required(*KEEPERS)
def accommodations(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Who gets extra time in an exam, given by whom and why."""
    user, now = signed_in_person(request), timezone.now()
    kept = get_object_or_404(exams_kept(user, now), public_id=exam_id)
    given = kept.accommodations.select_related("candidate", "approved_by")
    if "withdraw" in request.POST:
        withdraw_accommodation(get_object_or_404(given, pk=request.POST["withdraw"]))
        messages.success(request, _("The extra time is withdrawn."))
        return redirect("exams:accommodations", exam_id)
    people = _trainees(user, now)
    form = AccommodationForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            approve_accommodation(
                kept,
                data["candidate"],
                minutes=data["minutes"],
                reason=data["reason"],
                by=user,
                now=now,
            )
        except ExamsError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("The extra time is approved."))
            return redirect("exams:accommodations", exam_id)
    context = {"exam": kept, "given": given.order_by("approved_at"), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "exams/accommodations.html", context, status=status)


def _trainees(user: User, now: datetime) -> QuerySet[User]:
    """Trainees whom a keeper's role reaches."""
    return (
        users_reached(user, KEEPERS, now)
        .filter(role_grants__role=Role.TRAINEE, role_grants__ended_at__isnull=True)
        .distinct()
        .order_by("username")
    )


def _plain_form(request: HttpRequest, title: str, form: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": title}
    return render(request, "exams/setup_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@role_required(*KEEPERS)
def exam(request: HttpRequest, exam_id: UUID | None = None) -> HttpResponse:
    """The terms of an exam."""
    user, now = signed_in_person(request), timezone.now()
    kept = (
        get_object_or_404(exams_kept(user, now), public_id=exam_id) if exam_id else None
    )
    form = ExamForm(
        request.POST or None,
        instance=kept,
        organisations=organisations_reached(user, KEEPERS, now),
    )
    if request.method == "POST" and form.is_valid():
        save_exam(kept, form.cleaned_data)
        messages.success(request, _("The exam is saved."))
        return redirect("exams:setup")
    return _plain_form(request, kept.title if kept else _("New exam"), form)


def _kept_session(request: HttpRequest, session_id: UUID) -> Session:
    exams = exams_kept(signed_in_person(request), timezone.now())
    sessions = Session.objects.filter(exam__in=exams).select_related("exam")
    return get_object_or_404(sessions, public_id=session_id)


@require_http_methods(["GET", "POST"])
@role_required(*KEEPERS)
def session(request: HttpRequest, session_id: UUID | None = None) -> HttpResponse:
    """Window, place and invigilators of a session."""
    user, now = signed_in_person(request), timezone.now()
    kept = _kept_session(request, session_id) if session_id else None
    holders = RoleGrant.objects.active(now).filter(role=Role.INVIGILATOR)
    form = SessionForm(
        request.POST or None,
        instance=kept,
        exams=exams_kept(user, now),
        invigilators=User.objects.filter(pk__in=holders.values("user"), is_active=True),
    )
    if request.method == "POST" and form.is_valid():
        saved = save_session(kept, form.cleaned_data)
        messages.success(request, _("The session is saved. Now seat the candidates."))
        return redirect("exams:seats", saved.public_id)
    return _plain_form(request, kept.title if kept else _("New session"), form)


@require_http_methods(["GET", "POST"])
@role_required(*KEEPERS)
def seats(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Seat people, then draw and seal their forms."""
    kept, now = _kept_session(request, session_id), timezone.now()
    people = _trainees(signed_in_person(request), now).exclude(sittings__session=kept)
    form = SeatsForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        seated, refused = assign_many(kept, form.cleaned_data["people"], now=now)
        for problem in refused:
            messages.warning(request, f"{problem.place}: {problem.message}")
        try:
            sealed = prepare_session(kept, now=now)
        except ExamsError as error:
            messages.error(request, f"{error.message} {error.detail}")
        else:
            text = ngettext(
                "%(seated)d seated, %(n)d form sealed.",
                "%(seated)d seated, %(n)d forms sealed.",
                sealed,
            )
            messages.success(request, text % {"seated": seated, "n": sealed})
        return redirect("exams:seats", session_id)
    context = {
        "session": kept,
        "people": people,
        "sittings": kept.sittings.select_related("candidate", "form"),
        "check": check_blueprint(kept.exam.blueprint),
    }
    return render(request, "exams/session_seats.html", context)
