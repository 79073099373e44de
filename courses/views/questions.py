"""Learners' questions, as the trainers see and answer them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import role_required
from courses.errors import CourseError
from courses.forms import AnswerForm
from courses.queries.questions import questions_for
from courses.services.questions import answer_question

QUESTIONS_PER_PAGE = 20


@role_required(Role.TRAINER)
def list_questions(request: HttpRequest) -> HttpResponse:
    """Questions on lessons, of people I reach; the unanswered first."""
    questions = questions_for(_person(request), timezone.now())
    page = Paginator(questions, QUESTIONS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/question_list.html", {"page": page})


@require_POST
@role_required(Role.TRAINER)
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Answer a question of somebody I reach."""
    trainer, now = _person(request), timezone.now()
    question = get_object_or_404(questions_for(trainer, now), public_id=question_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the answer first."))
        return redirect("courses:questions")
    try:
        answer_question(question, form.cleaned_data["text"], by=trainer, now=now)
    except CourseError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The answer is published below the lesson."))
    return redirect("courses:questions")


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
