"""The case desk in the back office: versions, import with a dry run, publication."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin.menu import MenuItem

from accounts.models import User
from accounts.permissions import signed_in_person
from simulator.engine import CaseError
from simulator.errors import SimulatorError
from simulator.forms import ImportCaseForm
from simulator.models import CaseVersion, InspectionCase
from simulator.permissions import (
    case_desk_required,
    case_editor_required,
    may_enter_case_desk,
    may_publish,
)
from simulator.queries import is_stale
from simulator.services.archives import read_zip
from simulator.services.cases import (
    check_package,
    import_case,
    publish_case,
    retire_case,
)
from simulator.viewsets.rescoring import rescoring_urls


@case_desk_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case with its versions and what the bots reached."""
    today = timezone.localdate()
    cases = InspectionCase.objects.select_related("live_version").prefetch_related(
        "versions__published_by"
    )
    rows = [
        {
            "case": case,
            "stale": case.live_version is not None
            and is_stale(case.live_version, today),
            "versions": case.versions.all(),
        }
        for case in cases
    ]
    context = {"rows": rows, "may_edit": may_publish(signed_in_person(request))}
    return render(request, "simulator/admin/case_list.html", context)


@case_editor_required
@require_http_methods(["GET", "POST"])
def case_import(request: HttpRequest) -> HttpResponse:
    """Check a zip, and import it when it was asked for; a refusal names every place."""
    form = ImportCaseForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            package = read_zip(form.cleaned_data["source"].read())
            report = check_package(package, today=timezone.localdate())
            context["report"] = report
            if report.ok and form.cleaned_data["really"]:
                import_case(package, now=timezone.now(), by=signed_in_person(request))
                messages.success(request, gettext("The case was imported as a draft."))
                return redirect("case_desk:list")
        except (SimulatorError, CaseError) as error:
            form.add_error("source", str(error))
    return render(request, "simulator/admin/case_import.html", context)


@case_editor_required
@require_POST
def case_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft when the bots allow it."""
    version = get_object_or_404(CaseVersion, pk=pk)
    try:
        publish_case(version, now=timezone.now(), by=signed_in_person(request))
    except SimulatorError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, gettext("The version is live."))
    return redirect("case_desk:list")


@case_editor_required
@require_POST
def case_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a case no more."""
    retire_case(get_object_or_404(InspectionCase, pk=pk))
    return redirect("case_desk:list")


def case_desk_urls() -> list[URLPattern]:
    """Addresses below the admin's prefix."""
    return [
        path("", case_list, name="list"),
        path("import/", case_import, name="import"),
        path("<int:pk>/publish/", case_publish, name="publish"),
        path("<int:pk>/retire/", case_retire, name="retire"),
        *rescoring_urls(),
    ]


class CaseMenuItem(MenuItem):
    """Shown to those who may enter the case desk."""

    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and may_enter_case_desk(user)


def case_menu_item() -> CaseMenuItem:
    """What the case desk adds to the main menu."""
    return CaseMenuItem(
        _("Inspection cases"),
        reverse("case_desk:list"),
        icon_name="clipboard-list",
        order=230,
    )
