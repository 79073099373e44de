"""SCORM packages: the trainers' shelf, the player, and the files on their own host."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import role_required, sign_in_required
from courses.errors import CourseError
from courses.forms import PackageForm
from courses.hosts import is_content_host
from courses.models import LessonProgress, ScormAttempt, ScormPackage
from courses.rules.packages import Part
from courses.services import packages

PACKAGE_POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'self'; "
    "frame-ancestors {ancestor} 'self'"
)


@role_required(Role.TRAINER)
def list_packages(request: HttpRequest) -> HttpResponse:
    """The packages there are, and the form to take one more in."""
    user = request.user
    form = PackageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and isinstance(user, User):
        try:
            package = packages.upload_package(
                form.cleaned_data["file"],
                by=user,
                now=timezone.now(),
                title=form.cleaned_data["title"],
            )
        except CourseError as error:
            form.add_error("file", str(error))
        else:
            messages.success(
                request,
                _("%(title)s can now be chosen in a lesson.") % {"title": package},
            )
            return redirect("courses:packages")
    context = {
        "form": form,
        "packages": ScormPackage.objects.select_related("uploaded_by"),
        "has_host": bool(settings.CONTENT_HOST),
    }
    return render(request, "courses/package_list.html", context)


@dataclass(frozen=True)
class ShownPart:
    """A part of a package in the list above its player."""

    part: Part
    attempt: ScormAttempt | None
    now: bool


def player_context(
    request: HttpRequest, progress: LessonProgress | None, package: ScormPackage
) -> dict[str, Any]:
    """What a lesson page needs to show a package; empty without a content host."""
    user = request.user
    if not settings.CONTENT_HOST or not isinstance(user, User):
        return {}
    here = urlsplit(request.build_absolute_uri("/"))
    port = f":{here.port}" if here.port else ""
    origin = f"{here.scheme}://{settings.CONTENT_HOST}{port}"
    home = f"{here.scheme}://{here.netloc}"
    ticket = packages.package_ticket(package, user, home)
    attempts = {
        one.part: one
        for one in ScormAttempt.objects.filter(progress=progress, package=package)
    }
    shown = _chosen(package, request.GET.get("part", ""), attempts)
    attempt = attempts.get(shown.key)
    runtime = "scorm12" if package.version == "1.2" else "scorm2004"
    vendor = "courses/vendor/scorm-again"
    part = urlencode({"part": shown.key})
    return {
        "origin": origin,
        "address": f"{origin}{reverse('courses:package_player', args=[ticket])}?{part}",
        "query": part,
        "version": package.version,
        "runtime": static(f"{vendor}/{runtime}-3.4.3.min.js"),
        "bridge": static(f"{vendor}/cross-frame-lms-3.4.3.min.js"),
        "cmi": attempt.cmi if attempt else {},
        "attempt": attempt,
        "parts": [
            ShownPart(one, attempts.get(one.key), one == shown)
            for one in package.launches
        ],
    }


def _chosen(
    package: ScormPackage, wanted: str, attempts: dict[str, ScormAttempt]
) -> Part:
    """The part asked for; else the first that is not completed, else the first."""
    parts = package.launches
    for part in parts:
        if part.key == wanted:
            return part
    for part in parts:
        attempt = attempts.get(part.key)
        if part.reports and (attempt is None or not attempt.completed):
            return part
    return parts[0]


@require_GET
@xframe_options_exempt
def player(request: HttpRequest, ticket: str) -> HttpResponse:
    """The frame a package runs in: on the content host, with a ticket, no session."""
    package, home = _ticket(request, ticket)
    part = _chosen(package, request.GET.get("part", ""), {})
    path, mark, query = part.entry.partition("?")
    context = {
        "entry": reverse("courses:package_file", args=[ticket, path]) + mark + query,
        "home": home,
        "title": package.title,
    }
    answer = render(request, "courses/package_player.html", context)
    answer["Content-Security-Policy"] = PACKAGE_POLICY.format(ancestor=home)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@xframe_options_exempt
def package_file(request: HttpRequest, ticket: str, path: str) -> HttpResponseBase:
    """One file of a package, from inside its folder and nowhere else."""
    package, home = _ticket(request, ticket)
    folder = (packages.packages_root() / str(package.public_id)).resolve()
    target = (folder / path).resolve()
    if not target.is_relative_to(folder) or not target.is_file():
        raise Http404
    kind = mimetypes.guess_type(target.name)[0] or "application/octet-stream"
    answer = FileResponse(target.open("rb"), content_type=kind)
    answer["Content-Security-Policy"] = PACKAGE_POLICY.format(ancestor=home)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _ticket(request: HttpRequest, ticket: str) -> tuple[ScormPackage, str]:
    """The package behind a ticket; anywhere but on the content host: not found."""
    read = packages.read_ticket(ticket)
    if read is None or not is_content_host(request):
        raise Http404
    return get_object_or_404(ScormPackage, public_id=read[0]), read[1]


@require_POST
@sign_in_required
def save_attempt(request: HttpRequest, lesson_id: UUID) -> JsonResponse:
    """What a package reports about one's own lesson."""
    user = request.user
    progress = get_object_or_404(
        LessonProgress.objects.select_related("lesson__package", "enrolment__course"),
        lesson__public_id=lesson_id,
        enrolment__user_id=user.pk,
    )
    try:
        cmi = json.loads(request.body)
        if not isinstance(cmi, dict):
            raise TypeError
        attempt = packages.save_attempt(
            progress, request.GET.get("part", ""), cmi, now=timezone.now()
        )
    except (ValueError, TypeError):
        return JsonResponse({"code": "malformed_report"}, status=400)
    except CourseError as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=400)
    return JsonResponse(
        {
            "completed": attempt.completed,
            "passed": attempt.passed,
            "score": attempt.score,
        }
    )
