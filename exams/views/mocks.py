"""Mock exams: start, sit, and look through what was right and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import sign_in_required, signed_in_person
from courses.enums import Aspect
from exams.errors import BlueprintUnfillable
from exams.forms.sittings import answers_from_form
from exams.models import Exam, ItemRevision, MockPaper
from exams.queries.practice import mocks_of
from exams.queries.sittings import ShownQuestion, is_sitting, show_questions
from exams.services.mocks import (
    hand_in_mock,
    mock_answers,
    mock_score,
    open_mock,
    revisions_of,
    share_of,
)
from exams.services.practice import right_of
from exams.views.practice import not_during_an_exam


@dataclass(frozen=True)
class Reviewed:
    """One question after the hand-in: what was earned, what is right, and why."""

    question: ShownQuestion
    points: Decimal
    maximum: Decimal
    right: Any
    revision: ItemRevision | None

    @property
    def is_right(self) -> bool:
        """Full points."""
        return self.points == self.maximum


def mock_review(paper: MockPaper, questions: list[ShownQuestion]) -> dict[str, Any]:
    """Score, aspects and every question of a mock paper that was handed in."""
    score = mock_score(paper)
    keys = {entry["position"]: entry["key"] for entry in paper.key["questions"]}
    revisions = revisions_of(paper)
    earned = {q.position: q for q in score.questions}
    return {
        "percent": share_of(score.points, score.maximum),
        "aspects": [
            (Aspect(aspect).label, points, maximum, share_of(points, maximum))
            for aspect, (points, maximum) in score.aspects.items()
        ],
        "passed": score.passed if paper.is_complete else None,
        "reviewed": [
            Reviewed(
                question=question,
                points=earned[question.position].points,
                maximum=earned[question.position].maximum,
                right=right_of(keys[question.position]),
                revision=revisions.get(question.position),
            )
            for question in questions
        ],
    }


@require_POST
@sign_in_required
def mock_start(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Draw a mock paper, or go on with the one that is open."""
    user = signed_in_person(request)
    if is_sitting(user):
        return not_during_an_exam(request)
    exam = get_object_or_404(
        Exam.objects.select_related("blueprint"), public_id=exam_id
    )
    try:
        paper = open_mock(exam, by=user, now=timezone.now())
    except BlueprintUnfillable:
        messages.error(request, _("There are no practice items for this exam yet."))
        return redirect("exams:practice")
    return redirect("exams:mock", paper.public_id)


@require_http_methods(["GET", "POST"])
@sign_in_required
def mock(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A mock paper; after the hand-in with score, keys, reasons and articles."""
    user = signed_in_person(request)
    if is_sitting(user):
        return not_during_an_exam(request)
    paper = get_object_or_404(mocks_of(user), public_id=paper_id)
    if request.method == "POST":
        answers = answers_from_form(paper.content, request.POST)
        hand_in_mock(paper, answers, by=user, now=timezone.now())
        return redirect("exams:mock", paper_id)
    rule = paper.exam.scoring_rule
    questions = show_questions(paper.content, mock_answers(paper), rule)
    context: dict[str, Any] = {
        "paper": paper,
        "questions": questions,
        "exhibits": paper.content["exhibits"],
    }
    if paper.closed_at is None:
        return render(request, "exams/mock_paper.html", context)
    context |= mock_review(paper, questions)
    return render(request, "exams/mock_review.html", context)
