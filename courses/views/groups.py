"""Groups of learners, e.g. a class: made and filled by those who assign programmes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import role_required, signed_in_person
from courses.errors import CourseError
from courses.forms import GroupForm, GroupMembersForm
from courses.queries.programmes import (
    MANAGING_ROLES,
    group_candidates,
    managed_groups,
)
from courses.services.groups import make_group, set_group


@role_required(*MANAGING_ROLES)
def list_groups(request: HttpRequest) -> HttpResponse:
    """The groups of my organisations, and the form for a new one."""
    manager, now = signed_in_person(request), timezone.now()
    form = GroupForm(request.POST or None, manager=manager, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            group = make_group(**form.cleaned_data)
        except CourseError as error:
            form.add_error("name", str(error))
        else:
            return redirect("courses:group", group.public_id)
    context = {"form": form, "groups": managed_groups(manager, now)}
    return render(request, "courses/group_list.html", context)


@role_required(*MANAGING_ROLES)
def show_group(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """A group I manage: its name and who is in it."""
    manager, now = signed_in_person(request), timezone.now()
    group = get_object_or_404(managed_groups(manager, now), public_id=group_id)
    people = group_candidates(group, manager, now)
    form = GroupMembersForm(
        request.POST or None,
        people=people,
        initial={"name": group.name, "members": group.members.all()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_group(group, people=people, **form.cleaned_data)
        except CourseError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The group is saved."))
            return redirect("courses:group", group.public_id)
    return render(request, "courses/group.html", {"form": form, "group": group})
