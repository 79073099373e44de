"""The invigilator's console. Looking changes nothing; every act names a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.documents import print_pdf
from accounts.models import User
from accounts.permissions import code_required, has_recent_code, signed_in_person
from exams.enums import OPEN_STATES
from exams.errors import ExamsError, NotAllowedNow
from exams.forms.sittings import ActForm, OutageForm, TimeDecisionForm
from exams.models import Session, Sitting, TimeRequest, VoidProposal
from exams.permissions import (
    sessions_invigilated,
    sessions_released_by,
    sessions_watched,
)
from exams.queries.console import (
    clock_lines,
    room_counts,
    room_log,
    room_seats,
    room_signature,
)
from exams.services.clock import (
    add_time,
    credit_outage,
    pause_sitting,
    resume_sitting,
)
from exams.services.requests import decide_time_request
from exams.services.results import decide_void, propose_void
from exams.services.sessions import log_incident, tell_candidates
from exams.views.codes import ask_recent_code

STREAM_FOR = timedelta(minutes=5)
LOOK_EVERY = 2.0


def watched_session(request: HttpRequest, session_id: UUID) -> Session:
    """A session this person may see; any other does not exist."""
    sessions = sessions_watched(signed_in_person(request), timezone.now())
    return get_object_or_404(sessions.select_related("exam"), public_id=session_id)


def own_session(request: HttpRequest, session_id: UUID) -> Session:
    """A session in which this person may act."""
    sessions = sessions_invigilated(signed_in_person(request), timezone.now())
    return get_object_or_404(sessions.select_related("exam"), public_id=session_id)


@require_GET
@code_required
def session_list(request: HttpRequest) -> HttpResponse:
    """Sessions, running ones first."""
    user, now = signed_in_person(request), timezone.now()
    sessions = sessions_watched(user, now)
    ordered = sessions.select_related("exam").order_by("-opens_at")
    context = {
        "running": [s for s in ordered if s.opens_at <= now < s.closes_at],
        "ahead": [s for s in ordered if s.opens_at > now][::-1],
        "past": [s for s in ordered if s.closes_at <= now],
        "judged": set(sessions_released_by(user, now).values_list("pk", flat=True)),
    }
    return render(request, "exams/session_list.html", context)


def _room(session: Session, user: User, now: datetime) -> dict[str, object]:
    seats = room_seats(session, now)
    deadlines = [s.sitting.deadline for s in seats if s.sitting.deadline]
    return {
        "session": session,
        "seats": seats,
        "counts": room_counts(seats),
        "hands": [seat for seat in seats if seat.needs_hand],
        "log": room_log(session),
        "clock": clock_lines(session),
        "last_deadline": max(deadlines, default=None),
        "may_judge": sessions_released_by(user, now).filter(pk=session.pk).exists(),
        "may_act": sessions_invigilated(user, now).filter(pk=session.pk).exists(),
        "user": user,
        "now": now,
    }


@require_GET
@code_required
def console(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The room at a glance; with ``part`` only what changes, for the live update."""
    session = watched_session(request, session_id)
    context = _room(session, signed_in_person(request), timezone.now())
    page = "exams/_room.html" if "part" in request.GET else "exams/console.html"
    return render(request, page, context)


@require_GET
@code_required
def console_stream(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """Server-sent events: one line whenever something in the room changed.

    A WSGI server would lose a thread for as long as somebody watches; there the answer
    is "no content", after which browsers do not ask again and the page polls.
    """
    session = watched_session(request, session_id)
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    response = StreamingHttpResponse(
        _changes(session.pk), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _changes(session_pk: int) -> AsyncIterator[str]:
    signature = ""
    look = sync_to_async(room_signature)
    ends = asyncio.get_running_loop().time() + STREAM_FOR.total_seconds()
    yield "retry: 3000\n\n"
    while asyncio.get_running_loop().time() < ends:
        found = await look(session_pk)
        if found != signature:
            signature = found
            yield f"event: changed\ndata: {found}\n\n"
        else:
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_EVERY)


@require_POST
@code_required
def act(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One deed for one, some, or all seats."""
    session = own_session(request, session_id)
    form = ActForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("exams:console", session_id)
    chosen = session.sittings.select_related("candidate")
    if not form.cleaned_data["everybody"]:
        chosen = chosen.filter(public_id__in=form.cleaned_data["seats"])
    sittings = list(chosen)
    if not sittings:
        messages.error(request, _("Choose at least one candidate first."))
        return redirect("exams:console", session_id)
    done, refused = _act_on_all(request, session, sittings, form)
    for name in refused:
        messages.warning(request, name)
    if done:
        text = ngettext("Done for %(n)d candidate.", "Done for %(n)d candidates.", done)
        messages.success(request, text % {"n": done})
    return redirect("exams:console", session_id)


Deed = Callable[[Sitting], object]


def _act_on_all(
    request: HttpRequest, session: Session, sittings: list[Sitting], form: ActForm
) -> tuple[int, list[str]]:
    """Do the deed to each; one that is refused does not keep the others from it."""
    by, now, data = signed_in_person(request), timezone.now(), form.cleaned_data
    reason = data["reason"]
    if data["action"] == "message":
        everybody = () if data["everybody"] else sittings
        tell_candidates(session, data["text"], by=by, now=now, sittings=everybody)
        return len(sittings), []
    deeds: dict[str, Deed] = {
        "add_time": lambda s: add_time(
            s, data["minutes"] * 60, reason=reason, by=by, now=now
        ),
        "pause": lambda s: pause_sitting(s, reason=reason, by=by, now=now),
        "resume": lambda s: resume_sitting(s, by=by, now=now),
        "void": lambda s: propose_void(s, reason=reason, by=by, now=now),
        "note": lambda s: log_incident(session, reason, by=by, now=now, sitting=s),
    }
    if data["everybody"] and data["action"] in ("add_time", "pause", "resume"):
        sittings = [s for s in sittings if s.state in OPEN_STATES]
    done, refused = 0, []
    for sitting in sittings:
        try:
            deeds[data["action"]](sitting)
            done += 1
        except ExamsError as error:
            refused.append(f"{sitting.seat} {sitting.candidate.name}: {error.message}")
    return done, refused


@require_POST
@code_required
def outage(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Credit an outage to everybody whom it hit."""
    session = own_session(request, session_id)
    form = OutageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the beginning, the end and the reason."))
        return redirect("exams:console", session_id)
    now = timezone.now()
    try:
        count = credit_outage(
            session, by=signed_in_person(request), now=now, **form.on_day(now)
        )
    except NotAllowedNow:
        messages.error(request, _("The outage must have begun before it ended, today."))
    else:
        text = ngettext(
            "The outage was credited to %(n)d candidate.",
            "The outage was credited to %(n)d candidates.",
            count,
        )
        messages.success(request, text % {"n": count})
    return redirect("exams:console", session_id)


@require_POST
@code_required
def void_decision(
    request: HttpRequest, session_id: UUID, proposal_id: int
) -> HttpResponse:
    """A second person confirms or turns down a proposal to void, after a recent code."""
    session = own_session(request, session_id)
    if not has_recent_code(request, timezone.now()):
        return ask_recent_code("exams:console", session_id)
    proposal = VoidProposal.objects.filter(
        pk=proposal_id, sitting__session=session
    ).first()
    if proposal is None:
        raise Http404
    try:
        decide_void(
            proposal,
            confirm=request.POST.get("decision") == "confirm",
            by=signed_in_person(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your decision is recorded."))
    except ExamsError as error:
        messages.error(request, error.message)
    return redirect("exams:console", session_id)


@require_POST
@code_required
def time_decision(
    request: HttpRequest, session_id: UUID, request_id: int
) -> HttpResponse:
    """Grant or turn down what a candidate asked for."""
    session = own_session(request, session_id)
    asked = get_object_or_404(TimeRequest, pk=request_id, sitting__session=session)
    form = TimeDecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("How many minutes? From 0 to 240."))
        return redirect("exams:console", session_id)
    try:
        decide_time_request(
            asked,
            form.cleaned_data["minutes"],
            by=signed_in_person(request),
            now=timezone.now(),
        )
        messages.success(request, _("Your decision is recorded."))
    except ExamsError as error:
        messages.error(request, error.message)
    return redirect("exams:console", session_id)


@require_GET
@code_required
def session_report(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The hand-over sheet of a session as PDF."""
    session = watched_session(request, session_id)
    context = _room(session, signed_in_person(request), timezone.now())
    context["notes"] = session.notes.select_related("sitting", "by").order_by("at")
    context["requests"] = TimeRequest.objects.filter(
        sitting__session=session
    ).select_related("sitting", "decided_by")
    context["voids"] = VoidProposal.objects.filter(
        sitting__session=session
    ).select_related("sitting", "proposed_by", "decided_by")
    pdf = print_pdf("exams/session_pdf.html", context)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="session-{session.pk}.pdf"'
    return response
