"""May this person? (What an act leads to is the engine's business.)"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import code_required, has_role, sign_in_required
from accounts.queries import users_reached
from simulator.enums import Mode
from simulator.models import Run

P = ParamSpec("P")
RunView = Callable[Concatenate[HttpRequest, Run, P], HttpResponseBase]
IdView = Callable[Concatenate[HttpRequest, UUID, P], HttpResponseBase]
READERS = (
    Role.TRAINER,
    Role.ASSESSOR,
    Role.SUPERVISOR,
    Role.CERTIFICATION_OFFICER,
    Role.AUDITOR,
)
"""Roles that may read the debrief of the officers they reach."""


def own_run_required(view: RunView[P]) -> IdView[P]:
    """The run of the signed-in officer: somebody else's is not found.

    An assessment is opened with a one-time code, as an exam is.
    """

    @sign_in_required
    @wraps(view)
    def checked(
        request: HttpRequest, run_id: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        run = get_object_or_404(
            Run.objects.select_related("version__case"),
            public_id=run_id,
            user=request.user,
        )

        def inner(request: HttpRequest) -> HttpResponseBase:
            return view(request, run, *args, **kwargs)

        if run.mode == Mode.EXAM:
            return code_required(inner)(request)
        return inner(request)

    return checked


def readable_run_required(view: RunView[P]) -> IdView[P]:
    """One's own run, or one of an officer whom a reading role reaches."""

    @sign_in_required
    @wraps(view)
    def checked(
        request: HttpRequest, run_id: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        run = get_object_or_404(
            Run.objects.select_related("version__case", "user"), public_id=run_id
        )
        if not isinstance(request.user, User) or not may_read(request.user, run):
            raise Http404
        return view(request, run, *args, **kwargs)

    return checked


def may_read(user: User, run: Run) -> bool:
    """One's own run, or that of an officer one answers for."""
    if run.user_id == user.pk:
        return True
    reached = users_reached(user, READERS, timezone.now())
    return reached.filter(pk=run.user_id).exists()


CASE_READERS = (Role.TRAINER, Role.LEGAL_REVIEWER, Role.ASSESSOR, Role.AUDITOR)
RUN_KEEPERS = (Role.INVIGILATOR, Role.ASSESSOR, Role.TRAINER)
"""Roles that void, extend and grant runs of the officers they reach."""


def may_enter_case_desk(user: User) -> bool:
    """See cases, versions and what the bots reached."""
    return user.is_superuser or has_role(user, *CASE_READERS, now=timezone.now())


def may_publish(user: User) -> bool:
    """Import, publish and retire cases: the legal reviewers."""
    return user.is_superuser or has_role(user, Role.LEGAL_REVIEWER, now=timezone.now())


def may_decide_rescoring(user: User) -> bool:
    """Apply or decline what a legal reviewer proposed: reviewers and assessors."""
    return user.is_superuser or has_role(
        user, Role.LEGAL_REVIEWER, Role.ASSESSOR, now=timezone.now()
    )


def case_desk_required(view: Callable[P, HttpResponseBase]) -> Callable[P, Any]:
    """Signed in with code and allowed at the case desk; 403 for everybody else."""
    return _guard(view, may_enter_case_desk)


def case_editor_required(view: Callable[P, HttpResponseBase]) -> Callable[P, Any]:
    """Signed in with code and allowed to change cases; 403 for everybody else."""
    return _guard(view, may_publish)


def rescoring_required(view: Callable[P, HttpResponseBase]) -> Callable[P, Any]:
    """Signed in with code and allowed to decide re-scorings; 403 for the others."""
    return _guard(view, may_decide_rescoring)


def _guard(
    view: Callable[..., Any], allowed: Callable[[User], bool]
) -> Callable[..., Any]:
    @code_required
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User) or not allowed(request.user):
            raise PermissionDenied
        answer: HttpResponseBase = view(request, *args, **kwargs)
        return answer

    return checked


def kept_runs(keeper: User) -> QuerySet[Run]:
    """The runs of the officers an invigilator, assessor or trainer answers for."""
    reached = users_reached(keeper, RUN_KEEPERS, timezone.now()).exclude(pk=keeper.pk)
    return Run.objects.filter(user__in=reached)
