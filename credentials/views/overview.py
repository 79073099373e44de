"""Cover and forecast for supervisors and administrators."""

from __future__ import annotations

import io

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.permissions import role_required, signed_in_person
from credentials.documents.charts import bar_chart
from credentials.permissions import issuers_read
from credentials.queries.forecast import overview_of

ROLES = (
    Role.SUPERVISOR,
    Role.CERTIFICATION_OFFICER,
    Role.ORGANISATION_ADMIN,
    Role.AUDITOR,
)


@role_required(*ROLES)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Who may inspect, who lapses, which bodies fall below two."""
    person, now = signed_in_person(request), timezone.now()
    figures = overview_of(person, now=now)
    most = max((count for month, count in figures.months), default=0) or 1
    context = {
        "figures": figures,
        "most": most,
        "short": [b for b in figures.bodies if b.short_later or b.qualified < 2],
        "readable": issuers_read(person, now),
        "now": now,
    }
    return render(request, "credentials/overview.html", context)


@role_required(*ROLES)
@require_safe
def chart(request: HttpRequest, name: str) -> HttpResponse:
    """A chart of the overview as a picture, for reports."""
    person, now = signed_in_person(request), timezone.now()
    figures = overview_of(person, now=now)
    if name == "cover":
        rows = [(b.organisation.name, b.qualified) for b in figures.bodies]
        title = _("Officers who may inspect, by body")
    elif name == "ends":
        rows = list(figures.months)
        title = _("Terms that end, by month")
    else:
        raise Http404
    out = io.BytesIO()
    bar_chart(rows, title=title, out=out)
    response = HttpResponse(out.getvalue(), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response
