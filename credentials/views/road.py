"""The front door: the road of a trainee, the desk of staff, a page for anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.permissions import sign_in_required, signed_in_person
from accounts.queries import roles_of
from courses.enums import Method, Sector
from credentials.queries.beside import beside_road
from credentials.queries.road import road_of, schemes_open_to

FIRST_SCREENS = (
    (Role.CERTIFICATION_OFFICER, "credentials:approvals"),
    (Role.SUPERVISOR, "credentials:overview"),
    (Role.INVIGILATOR, "/exams/"),
    (Role.ORGANISATION_ADMIN, "credentials:overview"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Anonymous people see what this is; everybody else what waits for them."""
    if not request.user.is_authenticated:
        return render(request, "credentials/landing.html")
    return _own_home(request)


@sign_in_required
def _own_home(request: HttpRequest) -> HttpResponse:
    person, now = signed_in_person(request), timezone.now()
    roles = roles_of(person, now)
    if Role.TRAINEE not in roles:
        first = next((url for role, url in FIRST_SCREENS if role in roles), "/admin/")
        return redirect(first)
    roads = [
        road
        for scheme in schemes_open_to(person, now)
        if (road := road_of(person, scheme, now=now))
    ]
    road = roads[0] if roads else None
    context = {
        "road": road,
        "others": roads[1:],
        "beside": beside_road(person, now=now),
        "sectors": [Sector(s).label for s in road.rules.sectors] if road else [],
        "methods": [Method(m).label for m in road.rules.methods] if road else [],
        "now": now,
    }
    return render(request, "credentials/road.html", context)
