"""The roster in the back office: the same import as on the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from wagtail.admin.menu import MenuItem

from accounts.enums import Role
from accounts.forms import RosterForm
from accounts.permissions import has_role, role_required
from accounts.views.people import roster_context


@role_required(Role.ORGANISATION_ADMIN)
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest) -> HttpResponse:
    """Check or import a roster; a refusal names row, column and reason."""
    if request.method == "GET":
        return render(request, "accounts/admin/roster.html", {"form": RosterForm()})
    context = roster_context(request)
    status = 200 if context["report"] else 422
    return render(request, "accounts/admin/roster.html", context, status=status)


def roster_urls() -> list[URLPattern]:
    """Addresses below the admin prefix."""
    return [path("", roster, name="roster")]


class PeopleMenuItem(MenuItem):
    """Shown to those who administer an organisation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return has_role(request.user, Role.ORGANISATION_ADMIN, now=timezone.now())


def people_menu_items() -> list[MenuItem]:
    """The people of my organisations, and the roster."""
    return [
        PeopleMenuItem(
            _("My people"), reverse("accounts:people"), icon_name="group", order=700
        ),
        PeopleMenuItem(
            _("Import a roster"),
            reverse("people_desk:roster"),
            icon_name="upload",
            order=710,
        ),
    ]
