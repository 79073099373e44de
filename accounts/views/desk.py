"""The roster in the back office: the same import as on the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.forms import RosterForm
from accounts.permissions import role_required
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
