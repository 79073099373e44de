"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.enums import ADMIN_SITE_ROLES, Role
from accounts.queries import roles_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, and what the visitor's roles open in the navigation."""
    return {
        "is_demo": settings.DEMO,
        "roles": SimpleLazyObject(lambda: _roles(request)),
        "admin_site_roles": ADMIN_SITE_ROLES,
    }


def _roles(request: HttpRequest) -> set[Role]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return set()
    return roles_of(user, timezone.now())
