"""The site of the storm: the product, and a bare INSERT behind the same doors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from accounts.permissions import code_required


@code_required
def bare_insert(request: HttpRequest) -> JsonResponse:
    """What a save is compared with: the same doors, then one INSERT."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare_insert (person, body) VALUES (%s, %s)",
            [request.user.pk, request.body.decode()],
        )
    return JsonResponse({"saved": True})


urlpatterns = [
    path("bare-insert/", bare_insert),
    path("", include("config.urls")),
]
