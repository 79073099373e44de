"""Language and the one-time code in front of the staff area."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from accounts.errors import GlyphMissing, PrintFailed
from accounts.permissions import is_verified, may_use_admin_site

GetResponse = Callable[[HttpRequest], HttpResponse]
ADMIN_PREFIX = "/admin/"
KNOWN_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


class ChosenLanguageMiddleware:
    """Chinese unless the visitor chose otherwise; the browser is never asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in KNOWN_LANGUAGES else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.setdefault("Content-Language", translation.get_language() or language)
        return response


class PersonLanguageMiddleware:
    """A signed-in person's own choice of language wins over the cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.language in KNOWN_LANGUAGES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)


class UnprintableMiddleware:
    """A document that cannot be printed says so, and names what the font lacks."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, (GlyphMissing, PrintFailed)):
            return None
        context = {"reason": str(exception)}
        return render(request, "accounts/unprintable.html", context, status=422)


class StaffCodeMiddleware:
    """Nothing under the admin prefix without a staff role and a verified code.

    Setting a login URL alone leaves Wagtail's own login open as a second door.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADMIN_PREFIX):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may_use_admin_site(user, timezone.now()):
            raise PermissionDenied
        if not is_verified(request):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('accounts:code')}?{query}")
        return self.get_response(request)
