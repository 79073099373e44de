"""Practice: by weakness, by aspect, and from the wrong-answer notebook."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
)

from accounts.permissions import sign_in_required, signed_in_person
from courses.enums import Aspect
from exams.data import AnswerState
from exams.enums import Pool, ScoringRule
from exams.forms.sittings import answer_from_form
from exams.models import Exam, Item, ItemRevision
from exams.queries.practice import (
    mocks_of,
    next_practice_item,
    notebook_counts,
    practice_standing,
)
from exams.queries.sittings import ShownQuestion, is_sitting, show_questions
from exams.services.practice import answer_practice, seal_for_practice


@require_GET
@sign_in_required
def practice_home(request: HttpRequest) -> HttpResponse:
    """Where I stand, and what to practise next."""
    user, now = signed_in_person(request), timezone.now()
    kept, due = notebook_counts(user, now)
    if is_sitting(user):
        return not_during_an_exam(request)
    context = {
        "standing": practice_standing(user),
        "kept": kept,
        "due": due,
        "exams": Exam.objects.order_by("title"),
        "mocks": mocks_of(user)[:10],
    }
    return render(request, "exams/practice_home.html", context)


def not_during_an_exam(request: HttpRequest) -> HttpResponse:
    """Practice shows keys and articles; while an exam runs it stays closed."""
    messages.warning(request, _("Practice is closed while your exam is running."))
    return redirect("exams:list")


def _as_entry(revision: ItemRevision, seed: str) -> dict[str, Any]:
    shown, _ignored = seal_for_practice(revision, seed)
    exhibit = revision.exhibit
    return {
        "position": 1,
        "type": revision.type,
        "points": "1",
        "stem": revision.stem,
        "markup": revision.markup,
        "exhibit": str(exhibit.public_id) if exhibit else "",
        "shown": shown,
    }


def _shown(entry: dict[str, Any], answer: Any = None) -> ShownQuestion:
    state = AnswerState({} if answer is None else {1: answer}, frozenset())
    return show_questions({"questions": [entry]}, state, ScoringRule.ALL_OR_NOTHING)[0]


@require_http_methods(["GET", "POST"])
@sign_in_required
def practice_item(request: HttpRequest) -> HttpResponse:
    """One item; after the answer, the key, the reason and the law."""
    user, now = signed_in_person(request), timezone.now()
    if is_sitting(user):
        return not_during_an_exam(request)
    chosen = request.GET.get("aspect", "")
    aspect = chosen if chosen in Aspect.values else ""
    notebook = "notebook" in request.GET
    context: dict[str, Any] = {"aspect": aspect, "notebook": notebook}
    if request.method == "POST":
        items = Item.objects.live().in_pool(Pool.PRACTICE)
        item = get_object_or_404(items, public_id=request.POST.get("item"))
        revision, seed = item.live_revision, request.POST.get("seed", "")
        if revision is not None:
            entry = _as_entry(revision, seed)
            answer = answer_from_form(entry, request.POST)
            feedback = answer_practice(revision, answer, seed=seed, by=user, now=now)
            context["feedback"] = feedback
            context["question"] = _shown(entry, feedback.answer)
    else:
        found = next_practice_item(user, aspect=aspect, notebook=notebook, now=now)
        revision, seed = found.live_revision if found else None, secrets.token_hex(4)
        if revision is not None:
            context["question"] = _shown(_as_entry(revision, seed))
    context |= {"revision": revision, "seed": seed}
    return render(request, "exams/practice_item.html", context)
