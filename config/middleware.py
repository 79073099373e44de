"""Middleware of the whole site."""

import re
import secrets
from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from config.logs import request_id

GetResponse = Callable[[HttpRequest], HttpResponse]
LEGAL_REQUEST_ID = re.compile(r"^[A-Za-z0-9._:-]{1,128}$")
ADMIN_PREFIX = "/admin/"


class RequestIdMiddleware:
    """Keeps the caller's X-Request-ID when it is legal, else makes one; echoes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        value = given if LEGAL_REQUEST_ID.match(given) else secrets.token_hex(16)
        token = request_id.set(value)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = value
        return response


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, and the documented wider one for Wagtail's admin.

    Wagtail's admin works with inline scripts that a strict policy breaks.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith(ADMIN_PREFIX):
            response["Content-Security-Policy"] = settings.ADMIN_CONTENT_SECURITY_POLICY
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer
