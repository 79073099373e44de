"""May this person? (What is allowed now is decided by rules.)"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ADMIN_SITE_ROLES, Role
from accounts.models import Organisation, User
from accounts.queries import organisations_reached, roles_of

RECENT_CODE = timedelta(minutes=10)
CODE_TIME_KEY = "code_verified_at"
View = Callable[..., HttpResponseBase]


def signed_in_person(request: HttpRequest) -> User:
    """The signed-in person of a view behind one of the decorators below."""
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied
    return user


def has_role(
    user: User | AnonymousUser,
    *roles: Role,
    now: datetime,
    organisation: Organisation | None = None,
) -> bool:
    """Holds one of the roles at `now`; with an organisation, one that reaches it."""
    if not user.is_authenticated or not user.is_active:
        return False
    if organisation is None:
        return bool(roles_of(user, now) & set(roles))
    return organisations_reached(user, roles, now).filter(pk=organisation.pk).exists()


def may_use_admin_site(user: User | AnonymousUser, now: datetime) -> bool:
    """The Wagtail admin is for staff with a role that works there."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.is_superuser or bool(roles_of(user, now) & ADMIN_SITE_ROLES)


def must_use_code(user: User, now: datetime) -> bool:
    """A one-time code is mandatory for every role but trainee."""
    return user.is_superuser or bool(roles_of(user, now) - {Role.TRAINEE})


def is_verified(request: HttpRequest) -> bool:
    """Signed in with password and one-time code in this session."""
    user = request.user
    return bool(user.is_authenticated and getattr(user, "is_verified", bool)())


def has_recent_code(request: HttpRequest, now: datetime) -> bool:
    """A one-time code was entered in the last ten minutes of this session."""
    stamp = request.session.get(CODE_TIME_KEY)
    if not is_verified(request) or stamp is None:
        return False
    return now - datetime.fromisoformat(stamp) <= RECENT_CODE


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('accounts:code')}?{query}")


def sign_in_required(view: View) -> View:
    """Anonymous visitors go to the sign-in page, and staff without code to the code."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_verified(request) and must_use_code(request.user, timezone.now()):
            return _ask_for_code(request)
        return view(request, *args, **kwargs)

    return checked


def code_required(view: View) -> View:
    """Signed in with password and one-time code, whatever the role."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_verified(request):
            return _ask_for_code(request)
        return view(request, *args, **kwargs)

    return checked


def recent_code_required(view: View) -> View:
    """For dangerous acts: a one-time code entered in the last ten minutes."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not has_recent_code(request, timezone.now()):
            return _ask_for_code(request)
        return view(request, *args, **kwargs)

    return checked


def role_required(*roles: Role) -> Callable[[View], View]:
    """Signed in with code and holding one of the roles; 403 for everybody else."""

    def decorate(view: View) -> View:
        @code_required
        @wraps(view)
        def checked(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated or not has_role(
                user, *roles, now=timezone.now()
            ):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate
