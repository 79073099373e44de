"""Beside single items: many at once, near twins, shared material, case sets."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.permissions import role_required, signed_in_person
from courses.enums import Aspect
from exams.errors import ExamsError
from exams.forms.bank_tools import (
    CaseSetForm,
    ChangeForm,
    ExhibitForm,
    exhibit_initial,
)
from exams.models import CaseSet, Exhibit, Item, TwinSearch
from exams.queries.bank import found_twins, twin_items
from exams.queries.material import case_sets, newest_exhibits
from exams.services.bank import add_exhibit, save_case_set
from exams.services.bank_edits import add_comment, change_items
from exams.services.twins import order_twin_search

WRITERS = (Role.TRAINER,)
TWINS_AT_ONCE = 1000
TALKERS = (Role.TRAINER, Role.LEGAL_REVIEWER, Role.ASSESSOR)


@require_POST
@role_required(*TALKERS)
def comment(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Say something about the newest revision."""
    found = get_object_or_404(Item.objects.select_related("newest"), public_id=item_id)
    if found.newest is not None:
        try:
            add_comment(
                found.newest,
                request.POST.get("text", ""),
                now=timezone.now(),
                by=signed_in_person(request),
            )
        except ExamsError as error:
            messages.error(request, str(error.message))
    return redirect("exams:item", item_id)


@require_POST
@role_required(*WRITERS)
def change(request: HttpRequest) -> HttpResponse:
    """Choose what becomes the same for the chosen items, then change them."""
    chosen = _uuids(request.POST.getlist("items"))
    items = list(Item.objects.filter(public_id__in=chosen).select_related("newest"))
    if not items:
        messages.error(request, _("Choose at least one item first."))
        return redirect("exams:bank")
    form = ChangeForm(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        return render(request, "exams/bank_change.html", {"form": form, "items": items})
    done = change_items(
        items,
        form.changes(),
        add_tags=form.cleaned_data["tags"].split(),
        now=timezone.now(),
        by=signed_in_person(request),
    )
    text = ngettext("%(n)d item has a new draft.", "%(n)d items have new drafts.", done)
    messages.success(request, text % {"n": done})
    return redirect("exams:bank")


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


@require_http_methods(["GET", "POST"])
@role_required(*TALKERS)
def twins(request: HttpRequest) -> HttpResponse:
    """Items of an aspect that say nearly the same; of a large one by the worker."""
    aspect = request.GET.get("aspect", "")
    chosen = aspect if aspect in Aspect.values else Aspect.ORGANISATION.value
    if request.method == "POST":
        order_twin_search(chosen, now=timezone.now())
        return redirect(f"{reverse('exams:bank_twins')}?aspect={chosen}")
    is_large = Item.objects.in_aspect(chosen).count() > TWINS_AT_ONCE
    search = TwinSearch.objects.filter(aspect=chosen).first() if is_large else None
    context = {
        "aspect": chosen,
        "aspects": Aspect.choices,
        "is_large": is_large,
        "search": search,
        "twins": found_twins(search) if search else [],
    }
    if not is_large:
        context["twins"] = twin_items(chosen)
    return render(request, "exams/bank_twins.html", context)


@require_GET
@role_required(*WRITERS)
def material(request: HttpRequest) -> HttpResponse:
    """Shared material and the case sets that hang on it."""
    context = {"exhibits": newest_exhibits(), "case_sets": case_sets()}
    return render(request, "exams/material.html", context)


@require_http_methods(["GET", "POST"])
@role_required(*WRITERS)
def exhibit(request: HttpRequest, exhibit_id: UUID | None = None) -> HttpResponse:
    """Write material; a change is a new revision, items keep theirs until edited."""
    old = exhibit_id and get_object_or_404(Exhibit, public_id=exhibit_id)
    form = ExhibitForm(
        request.POST or None,
        is_new=old is None,
        initial=exhibit_initial(old) if old else None,
    )
    if request.method == "POST" and form.is_valid():
        add_exhibit(form.draft(), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("exams:material")
    return _form_page(request, form, old.title if old else _("New material"))


@require_http_methods(["GET", "POST"])
@role_required(*WRITERS)
def case_set(request: HttpRequest, case_set_id: UUID | None = None) -> HttpResponse:
    """Write a case set."""
    old = case_set_id and get_object_or_404(CaseSet, public_id=case_set_id)
    initial = old and {
        "key": old.key,
        "title": old.title,
        "intro": old.intro,
        "exhibit": old.exhibit_id,
        "items": "\n".join(m.item.key for m in old.members.select_related("item")),
    }
    form = CaseSetForm(request.POST or None, is_new=old is None, initial=initial)
    if request.method == "POST" and form.is_valid():
        save_case_set(form.draft(), exhibit=form.cleaned_data["exhibit"])
        messages.success(request, _("Saved."))
        return redirect("exams:material")
    return _form_page(request, form, old.title if old else _("New case set"))


def _form_page(
    request: HttpRequest, form: ExhibitForm | CaseSetForm, title: str
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": title}
    return render(request, "exams/material_form.html", context, status=status)
