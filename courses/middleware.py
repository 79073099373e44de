"""The second host, on which strangers' packages run without any session of ours."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from courses.hosts import is_content_host

ALLOWED_THERE = (
    "/learning/packages/",
    "/static/",
    "/healthz",
    "/readyz",
    "/access/",
    "/gate/",
    "/oauth/",
    "/.well-known/",
)


class ContentHostMiddleware:
    """On the content host: packages and statics, no cookies, everything else sent home.

    Scripts of a package share an origin with whatever else that host serves, so nothing
    with a session may ever be served there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_content_host(request):
            return self.get_response(request)
        request.COOKIES.clear()
        request.META.pop("HTTP_COOKIE", None)
        if request.path.startswith(ALLOWED_THERE):
            return self.get_response(request)
        home = settings.BASE_URL + request.get_full_path()
        if url_has_allowed_host_and_scheme(home, {request.get_host()}):
            return HttpResponse(status=404)
        return redirect(home)
