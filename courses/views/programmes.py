"""Programmes for those who manage them: make, assign, see who is late."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import role_required
from courses.errors import CourseError
from courses.forms import AssignForm, ProgrammeForm
from courses.models import Assignment
from courses.queries.programmes import (
    MANAGING_ROLES,
    Board,
    PersonRow,
    activity_index,
    managed_programmes,
    overview,
    person_rows,
)
from courses.services import programmes

PEOPLE_PER_PAGE = 30


@role_required(*MANAGING_ROLES)
def list_programmes(request: HttpRequest) -> HttpResponse:
    """The programmes of my organisations, and the form for a new one."""
    manager, now = _person(request), timezone.now()
    form = ProgrammeForm(request.POST or None, manager=manager, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            programme = programmes.create_programme(
                form.cleaned_data["organisation"],
                form.cleaned_data["title"],
                form.activities_chosen(),
                now=now,
                by=manager,
                description=form.cleaned_data["description"],
            )
        except CourseError as error:
            form.add_error("activities", str(error))
        else:
            return redirect("courses:programme", programme.public_id)
    context = {"form": form, "programmes": managed_programmes(manager, now)}
    return render(request, "courses/programme_list.html", context)


@role_required(*MANAGING_ROLES)
def show_programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """A programme: its activities, to whom it is assigned, who is how far."""
    manager, now = _person(request), timezone.now()
    programme = get_object_or_404(
        managed_programmes(manager, now), public_id=programme_id
    )
    form = AssignForm(request.POST or None, manager=manager, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            made = programmes.assign_programme(
                programme, now=now, by=manager, **form.cleaned_data
            )
        except CourseError as error:
            form.add_error("due_on", str(error))
        else:
            messages.success(
                request, _("Assigned %(count)d times.") % {"count": len(made)}
            )
            return redirect("courses:programme", programme.public_id)
    index = activity_index()
    boards = [
        Board(assignment, person_rows(assignment, people, now))
        for assignment, people in overview(programme, manager, now).items()
    ]
    context = {
        "programme": programme,
        "activities": [
            index.get((one.kind, one.key)) for one in programme.activities.all()
        ],
        "boards": [(board, _page(request, board)) for board in boards],
        "form": form,
    }
    return render(request, "courses/programme.html", context)


def _page(request: HttpRequest, board: Board) -> Page[PersonRow]:
    """The page of a board's people that is asked for."""
    number = request.GET.get(f"page-{board.assignment.pk}")
    return Paginator(board.rows, PEOPLE_PER_PAGE).get_page(number)


@require_POST
@role_required(*MANAGING_ROLES)
def withdraw(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Withdraw an assignment of a programme I manage."""
    manager, now = _person(request), timezone.now()
    assignment = get_object_or_404(
        Assignment,
        public_id=assignment_id,
        programme__in=managed_programmes(manager, now),
    )
    programmes.withdraw_assignment(assignment, now=now)
    messages.success(request, _("The assignment is withdrawn."))
    return redirect("courses:programme", assignment.programme.public_id)


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
