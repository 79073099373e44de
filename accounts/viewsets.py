"""What the desks of every app share in the back office."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.menu import MenuItem

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role


class RoleMenuItem(MenuItem):
    """Shown to those who hold one of the roles; the screen behind it asks again."""

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles

    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and has_role(
            user, *self.roles, now=timezone.now()
        )
