"""The candidate's pages: list, start, sitting, saving, handing in, report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import (
    code_required,
    sign_in_required,
    signed_in_person,
)
from courses.enums import Aspect
from exams.data import ClientEvent, Saved
from exams.enums import CLOSED_STATES, OPEN_STATES, SittingState
from exams.errors import BadBatch, ExamsError, NotAllowedNow, SittingClosed
from exams.forms.sittings import answers_from_form
from exams.models import SessionNote, Sitting, TimeRequest
from exams.permissions import desks_of
from exams.queries.sittings import (
    clock_notices,
    group_questions,
    show_questions,
    sittings_of,
)
from exams.services.sittings import (
    LONGEST_CLIENT_ID,
    current_answers,
    open_sitting,
    save_batch,
    see_candidate,
    submit_sitting,
)

LONGEST_BATCH = 512 * 1024
TO_TELL_TIME = (
    "public_id",
    "state",
    "deadline",
    "exam__id",
    "session__id",
    "form__id",
)
TO_OPEN = (
    "public_id",
    "state",
    "candidate_id",
    "deadline",
    "exam__minutes",
    "session__public_id",
    "session__opens_at",
    "session__closes_at",
    "form__seal",
)


def own_sitting(
    request: HttpRequest, sitting_id: UUID, *, only: Sequence[str] = ()
) -> Sitting:
    """A sitting of the person asking; anybody else's does not exist.

    ``only`` names the columns that a page asked for by everybody at once reads.
    """
    user = request.user
    if not isinstance(user, User):
        raise Http404
    own = sittings_of(user).select_related("form", "candidate")
    if only:
        own = Sitting.objects.filter(candidate=user).select_related(
            "exam", "session", "form"
        )
        own = own.only(*only)
    return get_object_or_404(own, public_id=sitting_id)


@require_GET
@sign_in_required
def sitting_list(request: HttpRequest) -> HttpResponse:
    """My exams: what waits, what runs, what came out."""
    user, now = signed_in_person(request), timezone.now()
    sittings = list(sittings_of(user))
    return render(
        request,
        "exams/sitting_list.html",
        {
            "running": [s for s in sittings if s.state in OPEN_STATES],
            "waiting": [
                s
                for s in sittings
                if s.state in (SittingState.ASSIGNED, SittingState.READY)
                and s.session.closes_at > now
            ],
            "closed": [s for s in sittings if s.state in CLOSED_STATES],
            "now": now,
            "desks": desks_of(user, now),
        },
    )


@require_GET
@code_required
def sitting_page(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """The one address of a sitting: start page, paper, or receipt, as it stands."""
    sitting = own_sitting(request, sitting_id)
    if sitting.state in OPEN_STATES:
        return _paper(request, sitting, timezone.now())
    if sitting.state in CLOSED_STATES:
        return redirect("exams:receipt", sitting_id)
    context = {"sitting": sitting, "now": timezone.now(), "session": sitting.session}
    return render(request, "exams/sitting_start.html", context)


def _paper(request: HttpRequest, sitting: Sitting, now: datetime) -> HttpResponse:
    form = sitting.form
    if form is None:
        raise Http404
    state = current_answers(sitting)
    questions = show_questions(form.content, state, sitting.exam.scoring_rule)
    head = sitting.events.order_by("-seq").values_list("seq", flat=True).first()
    data = {
        "id": str(sitting.public_id),
        "state": sitting.state,
        "now": now,
        "deadline": sitting.deadline,
        "head": head,
        "urls": {
            "events": reverse("exams:events", args=[sitting.public_id]),
            "clock": reverse("exams:clock", args=[sitting.public_id]),
            "receipt": reverse("exams:receipt", args=[sitting.public_id]),
        },
        "texts": _texts(),
    }
    answered = sum(question.is_answered for question in questions)
    context = {
        "sitting": sitting,
        "questions": questions,
        "groups": group_questions(form.content, questions, _("Material questions")),
        "exhibits": form.content["exhibits"],
        "answered": answered,
        "open_count": len(questions) - answered,
        "flagged": len(state.flags),
        "notices": clock_notices(sitting),
        "notes": _notes(sitting),
        "asked": TimeRequest.objects.filter(
            sitting=sitting, decided_at__isnull=True
        ).first(),
        "data": data,
        "now": now,
    }
    return render(request, "exams/sitting_paper.html", context)


def _texts() -> dict[str, str]:
    """Words the page's script needs; they come translated with the page."""
    return {
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "offline": _("No connection. Answers are kept on this device."),
        "newer": _("Changed on another device:"),
        "added": _("Minutes added:"),
        "over": _(
            "The time is over. Answers on this device are sent when it is online."
        ),
        "paused": _("Paused by the invigilator. Your time stands still."),
        "sign_in": _("You are signed out. Sign in again in another tab."),
        "answered": _("answered"),
        "open": _("open"),
        "flagged": _("flagged"),
        "flag": _("Flag"),
        "unflag": _("Flagged"),
        "minutes": _("Five minutes are left."),
        "refused": _("This answer could not be saved. Reload the page."),
    }


def _notes(sitting: Sitting) -> list[SessionNote]:
    """Messages to the room or to this candidate."""
    notes = sitting.session.notes.filter(is_message=True).order_by("-at")[:20]
    return [note for note in notes if note.sitting_id in (None, sitting.pk)]


@require_POST
@code_required
def sitting_open(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """Begin, or go on."""
    sitting = own_sitting(request, sitting_id, only=TO_OPEN)
    try:
        open_sitting(sitting, now=timezone.now())
    except ExamsError as error:
        messages.error(request, error.message)
    return redirect("exams:sitting", sitting_id)


def read_batch(body: Any) -> tuple[str, int, list[ClientEvent]]:
    """The journal lines of a request; BadBatch when they are not such."""
    try:
        events = [
            ClientEvent(
                client_seq=int(entry["n"]),
                kind=str(entry["kind"]),
                at_client=parse_datetime(str(entry.get("at") or "")),
                question=None if entry.get("q") is None else int(entry["q"]),
                answer=entry.get("a"),
            )
            for entry in body["events"]
        ]
        return str(body["client"]), int(body.get("known") or 0), events
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadBatch("unreadable") from error


@require_POST
@code_required
def sitting_events(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """Take a batch of the browser's journal and acknowledge it."""
    user = request.user
    if not isinstance(user, User) or len(request.body) > LONGEST_BATCH:
        return problem(BadBatch("too long"), 413)
    try:
        client_id, known, events = read_batch(json.loads(request.body))
        saved = save_batch(
            sitting_id,
            by=user,
            client_id=client_id,
            events=events,
            known_seq=known,
            now=timezone.now(),
        )
    except ValueError:
        return problem(BadBatch("no JSON"), 400)
    except BadBatch as error:
        return problem(error, 400)
    except SittingClosed as error:
        return problem(error, 409)
    except NotAllowedNow as error:
        return problem(error, 423 if error.detail == "paused" else 404)
    return JsonResponse(acknowledgement(saved))


def acknowledgement(saved: Saved) -> dict[str, Any]:
    """What the browser is told: nothing but its own answers and the time."""
    return {
        "ack": saved.acknowledged,
        "head": saved.head_seq,
        "saved_at": saved.saved_at,
        "deadline": saved.deadline,
        "state": saved.state,
        "newer": saved.newer,
    }


def problem(error: ExamsError, status: int) -> JsonResponse:
    """An error as problem+json."""
    return JsonResponse(
        {"type": error.code, "title": str(error.message), "status": status},
        status=status,
        content_type="application/problem+json",
    )


@require_GET
@code_required
def sitting_clock(request: HttpRequest, sitting_id: UUID) -> JsonResponse:
    """The server's time, the deadline, the state, and messages."""
    sitting = own_sitting(request, sitting_id, only=TO_TELL_TIME)
    now = timezone.now()
    see_candidate(sitting, now=now)
    return JsonResponse(
        {
            "now": now,
            "deadline": sitting.deadline,
            "state": sitting.state,
            "notes": [
                {"id": note.pk, "text": note.text, "at": note.at}
                for note in _notes(sitting)
            ],
            "notices": [
                {"minutes": n.minutes, "reason": n.reason, "at": n.at}
                for n in clock_notices(sitting)
            ],
        }
    )


@require_POST
@code_required
def sitting_submit(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """Hand in, with whatever the page still held."""
    sitting = own_sitting(request, sitting_id)
    user = request.user
    now = timezone.now()
    try:
        if isinstance(user, User):
            _save_rest(request, sitting, user, now)
        if "save" in request.POST:
            messages.success(request, _("Saved"))
            return redirect("exams:sitting", sitting_id)
        submit_sitting(sitting, now=now)
    except SittingClosed:
        return redirect("exams:receipt", sitting_id)
    except ExamsError as error:
        messages.error(request, error.message)
        return redirect("exams:sitting", sitting_id)
    return redirect("exams:receipt", sitting_id)


def _save_rest(
    request: HttpRequest, sitting: Sitting, user: User, now: datetime
) -> None:
    """Journal lines that travelled with the form, or a form without any script.

    A request without the paper's own field holds no answers and must empty none.
    """
    journal = request.POST.get("journal")
    if journal is None:
        return
    if not journal:
        _save_plain_form(request, sitting, user, now)
        return
    try:
        batches = list(json.loads(journal))
    except (TypeError, ValueError) as error:
        raise BadBatch("journal") from error
    for batch in batches:
        client_id, _known, events = read_batch(batch)
        save_batch(
            sitting.public_id, by=user, client_id=client_id, events=events, now=now
        )


def _save_plain_form(
    request: HttpRequest, sitting: Sitting, user: User, now: datetime
) -> None:
    """Save what differs from the answers stored; the device is the session."""
    form = sitting.form
    if form is None:
        return
    client_id = f"form-{request.session.session_key}"[:LONGEST_CLIENT_ID]
    stored = current_answers(sitting).answers
    first = 1 + sitting.events.filter(client_id=client_id).count()
    changed = [
        (question, answer)
        for question, answer in answers_from_form(form.content, request.POST).items()
        if answer != stored.get(question)
    ]
    events = [
        ClientEvent(seq, "answered", None, question, answer)
        for seq, (question, answer) in enumerate(changed, start=first)
    ]
    save_batch(sitting.public_id, by=user, client_id=client_id, events=events, now=now)


@require_GET
@code_required
def receipt(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """The receipt after handing in; when released, the way to the report."""
    sitting = own_sitting(request, sitting_id)
    if sitting.state not in CLOSED_STATES:
        return redirect("exams:sitting", sitting_id)
    form = sitting.form
    state = current_answers(sitting)
    context = {
        "sitting": sitting,
        "answered": len(state.answers),
        "questions": len(form.content["questions"]) if form else 0,
        "late": sitting.events.filter(kind="late").count(),
    }
    return render(request, "exams/sitting_receipt.html", context)


@require_GET
@code_required
def report(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """The score by aspect, once released."""
    sitting = own_sitting(request, sitting_id)
    score = sitting.released_score
    if sitting.state != SittingState.RELEASED or score is None:
        return redirect("exams:receipt", sitting_id)
    aspects = [
        {
            "aspect": Aspect(aspect).label,
            "key": aspect,
            "points": earned,
            "maximum": possible,
            "percent": round(100 * float(earned) / float(possible)),
        }
        for aspect, (earned, possible) in score.detail["aspects"].items()
    ]
    aspects.sort(key=lambda row: row["percent"])
    context = {
        "sitting": sitting,
        "score": score,
        "aspects": aspects,
        "weak": [row for row in aspects if row["percent"] < 80][:2],
    }
    return render(request, "exams/sitting_report.html", context)
