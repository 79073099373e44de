"""Who may do what in courses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import code_required, has_role
from courses.registry import Citer

LAW_READERS = (Role.LEGAL_REVIEWER, Role.TRAINER, Role.AUDITOR)
View = Callable[..., HttpResponseBase]


def may_edit_law(user: User, now: datetime) -> bool:
    """Import statutes and review citations: the legal reviewers."""
    return user.is_superuser or has_role(user, Role.LEGAL_REVIEWER, now=now)


def may_open_citing(user: User | AnonymousUser, citer: Citer, now: datetime) -> bool:
    """See which objects of this kind cite an article."""
    return citer.readers is None or has_role(user, *citer.readers, now=now)


def may_enter_law_desk(user: User, now: datetime) -> bool:
    """See the worklist and the report."""
    return user.is_superuser or has_role(user, *LAW_READERS, now=now)


def law_desk_required(view: View) -> View:
    """Signed in with code and allowed at the law desk; 403 for everybody else."""
    return _guard(view, may_enter_law_desk)


def law_editor_required(view: View) -> View:
    """Signed in with code and allowed to change the law library."""
    return _guard(view, may_edit_law)


def _guard(view: View, allowed: Callable[[User, datetime], bool]) -> View:
    @code_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not allowed(user, timezone.now()):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked
