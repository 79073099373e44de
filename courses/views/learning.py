"""What learners see and do: catalogue, course, lesson and their own record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role, sign_in_required
from courses.enums import Aspect, Sector
from courses.errors import CourseError, ForgedBeat, NotEnrolled, StaleBeat
from courses.forms import BeatForm, NoteForm, QuestionForm
from courses.models import (
    CourseIndexPage,
    CoursePage,
    Enrolment,
    LessonPage,
    LessonProgress,
    LessonQuestion,
    Note,
    SelfCheckAnswer,
)
from courses.queries.learning import (
    catalogue_cards,
    enrolment_of,
    lesson_rows,
    listed_courses,
    resume_lesson,
)
from courses.queries.programmes import MANAGING_ROLES
from courses.services import learning, notes, questions, study
from courses.views.packages import player_context

READERS_WITHOUT_ENROLMENT = (
    Role.TRAINER,
    Role.LEGAL_REVIEWER,
    Role.SUPERVISOR,
    Role.AUDITOR,
)


@dataclass(frozen=True)
class Part:
    """One block of a lesson with what its template needs beside the value."""

    block: Any
    number: int = 0
    tried: SelfCheckAnswer | None = None
    several: bool = False
    check_url: str = ""


@sign_in_required
def show_catalogue(request: HttpRequest, page: CourseIndexPage) -> HttpResponse:
    """All courses, filtered by aspect and sector."""
    courses = listed_courses()
    aspect = request.GET.get("aspect", "")
    sector = request.GET.get("sector", "")
    if aspect in Aspect.values:
        courses = courses.filter(aspect=aspect)
    if sector in Sector.values:
        courses = courses.filter(sectors__sector=sector)
    cards = catalogue_cards(_person(request), courses)
    context = {
        "page": page,
        "cards": cards,
        "mine": [card for card in cards if card.enrolled and not card.completed_at],
        "aspects": Aspect.choices,
        "sectors": Sector.choices,
        "aspect": aspect,
        "sector": sector,
        "manages": has_role(_person(request), *MANAGING_ROLES, now=timezone.now()),
    }
    return render(request, "courses/course_index.html", context)


@sign_in_required
def show_course(request: HttpRequest, page: CoursePage) -> HttpResponse:
    """What a course teaches and demands, its lessons, and where to go on."""
    enrolment = enrolment_of(_person(request), page)
    rows = lesson_rows(page, enrolment)
    context = {
        "page": page,
        "enrolment": enrolment,
        "completion": getattr(enrolment, "completion", None),
        "rows": rows,
        "minutes": sum(row.lesson.minutes for row in rows),
        "studied": sum(row.studied_minutes for row in rows),
        "next": resume_lesson(rows),
        "prerequisites": [
            one.course for one in page.prerequisites.select_related("course")
        ],
        "sectors": [str(one) for one in page.sectors.all()],
    }
    return render(request, "courses/course.html", context)


@sign_in_required
def show_lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """A lesson, with the place where this person stopped reading."""
    user = _person(request)
    now = timezone.now()
    course = page.course()
    enrolment = enrolment_of(user, course)
    progress = None
    if enrolment is not None:
        progress = learning.open_lesson(enrolment, page, now=now)
    elif not has_role(user, *READERS_WITHOUT_ENROLMENT, now=now):
        messages.info(request, str(NotEnrolled.message))
        return redirect(course.url)
    rows = lesson_rows(course, enrolment)
    place = next(
        (number for number, row in enumerate(rows) if row.lesson.pk == page.pk), 0
    )
    parts = lesson_parts(page, progress)
    context = {
        "page": page,
        "course": course,
        "enrolment": enrolment,
        "progress": progress,
        "rows": rows,
        "place": place + 1,
        "before": rows[place - 1].lesson if place else None,
        "after": rows[place + 1].lesson if place + 1 < len(rows) else None,
        "parts": parts,
        "headings": [part for part in parts if part.block.block_type == "heading"],
        "checks": sum(part.block.block_type == "self_check" for part in parts),
        "minutes": sum(row.lesson.minutes for row in rows),
        "studied": sum(row.studied_minutes for row in rows),
        "note": Note.objects.filter(user=user, lesson=page, block_id="").first(),
        "marks": Note.objects.filter(user=user, lesson=page).exclude(block_id=""),
        "questions": LessonQuestion.objects.filter(lesson=page).exclude(answer=""),
        "my_questions": LessonQuestion.objects.filter(lesson=page, asked_by=user),
    }
    if page.package is None:
        return render(request, "courses/lesson.html", context)
    context["player"] = player_context(request, progress, page.package)
    answer = render(request, "courses/lesson.html", context)
    if context["player"]:
        answer._csp_update = {"frame-src": [context["player"]["origin"]]}  # type: ignore[attr-defined]
    return answer


def lesson_parts(page: LessonPage, progress: LessonProgress | None) -> list[Part]:
    """The blocks of a lesson, headings and self-checks counted, last tries beside."""
    tries: dict[str, SelfCheckAnswer] = {}
    if progress is not None:
        tries = {one.block_id: one for one in progress.self_checks.all()}
    headings = checks = 0
    parts = []
    for block in page.body:
        if block.block_type == "heading":
            headings += 1
            parts.append(Part(block, number=headings))
        elif block.block_type == "self_check":
            checks += 1
            parts.append(_check_part(page, block, checks, tries.get(str(block.id))))
        else:
            parts.append(Part(block))
    return parts


def _check_part(
    page: LessonPage, block: Any, number: int, tried: SelfCheckAnswer | None
) -> Part:
    rights = sum(bool(option["correct"]) for option in block.value["options"])
    url = reverse("courses:self_check", args=[page.public_id, block.id])
    return Part(block, number, tried, rights > 1, url)


@require_POST
@sign_in_required
def enrol(request: HttpRequest, key: str) -> HttpResponse:
    """Enrol in a course and go to its first lesson."""
    course = get_object_or_404(CoursePage.objects.live(), key=key)
    try:
        learning.enrol(_person(request), course, now=timezone.now())
    except CourseError as error:
        messages.error(request, str(error))
        return redirect(course.url)
    row = resume_lesson(lesson_rows(course, None))
    return redirect(row.lesson.url if row else course.url)


@require_POST
@sign_in_required
def open_window(request: HttpRequest, lesson_id: UUID) -> JsonResponse:
    """Open a reading window for one's own lesson; its beats follow."""
    progress = _progress(request, lesson_id)
    opened = study.open_stream(progress, now=timezone.now())
    return JsonResponse(
        {
            "url": reverse("courses:beat", args=[opened.stream.public_id]),
            "token": opened.token,
        }
    )


@require_POST
@sign_in_required
def beat(request: HttpRequest, stream_id: UUID) -> JsonResponse:
    """One sign of life of a reading window."""
    try:
        payload = json.loads(request.body)
    except ValueError:
        payload = None
    form = BeatForm(payload if isinstance(payload, dict) else {})
    if not form.is_valid():
        return JsonResponse({"code": "malformed_beat"}, status=400)
    try:
        answer = study.record_beat(
            stream_id,
            form.signs(),
            by=_person(request),
            token=form.cleaned_data["token"],
            now=timezone.now(),
            position=form.cleaned_data["position"],
            reached_end=form.cleaned_data["reached_end"],
        )
    except StaleBeat as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=409)
    except ForgedBeat as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=403)
    return JsonResponse(
        {
            "token": answer.token,
            "seconds": int(answer.studied.total_seconds()),
            "percent": answer.percent,
            "learnt": answer.learnt,
            "course_completed": answer.course_completed,
        }
    )


@require_POST
@sign_in_required
def self_check(request: HttpRequest, lesson_id: UUID, block_id: UUID) -> HttpResponse:
    """Answer a self-check: the block again with the feedback."""
    progress = _progress(request, lesson_id)
    chosen = [int(one) for one in request.POST.getlist("chosen") if one.isdigit()]
    try:
        learning.answer_self_check(progress, str(block_id), chosen, now=timezone.now())
    except CourseError as error:
        raise Http404(str(error)) from error
    page = progress.lesson
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url}#check-{block_id}")
    parts = lesson_parts(page, progress)
    checks = [part for part in parts if part.block.block_type == "self_check"]
    part = next(part for part in checks if str(part.block.id) == str(block_id))
    context = {"part": part, "page": page, "checks": len(checks)}
    return render(request, "courses/_part.html", context)


@require_POST
@sign_in_required
def save_note(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Save one's note on a lesson, or a marked passage."""
    lesson = get_object_or_404(LessonPage.objects.live(), public_id=lesson_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        notes.save_note(
            _person(request), lesson, now=timezone.now(), **form.cleaned_data
        )
    if not request.headers.get("HX-Request"):
        return redirect(f"{lesson.url}#note")
    return render(request, "courses/_saved.html", {"form": form, "at": timezone.now()})


@require_POST
@sign_in_required
def delete_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Delete a note of one's own."""
    notes.delete_note(_person(request), note_id)
    return redirect(request.POST.get("next") or reverse("courses:mine"))


@require_POST
@sign_in_required
def ask(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Ask the trainers about a lesson one is enrolled in."""
    progress = _progress(request, lesson_id)
    form = QuestionForm(request.POST)
    if form.is_valid():
        questions.ask_question(
            _person(request),
            progress.lesson,
            form.cleaned_data["text"],
            now=timezone.now(),
        )
        messages.success(request, _("Your question is with the trainers."))
    else:
        messages.error(request, _("Write your question first."))
    return redirect(f"{progress.lesson.url}#questions")


def _progress(request: HttpRequest, lesson_id: UUID) -> LessonProgress:
    """The person's own progress in a lesson; not enrolled is not found."""
    lesson = get_object_or_404(LessonPage.objects.live(), public_id=lesson_id)
    enrolment = get_object_or_404(
        Enrolment, user=_person(request), course=lesson.course()
    )
    return learning.open_lesson(enrolment, lesson, now=timezone.now())


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
