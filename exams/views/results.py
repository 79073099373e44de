"""Results of a session: figures, release, files."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import code_required, has_recent_code, signed_in_person
from exams.documents.results import as_csv, as_xlsx, score_histogram
from exams.enums import SittingState
from exams.errors import ExamsError
from exams.models import Session
from exams.permissions import sessions_released_by
from exams.queries.statistics import (
    event_rows,
    result_rows,
    scored_sittings,
    session_statistics,
)
from exams.services.results import release_session
from exams.views.codes import ask_recent_code

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def judged_session(request: HttpRequest, session_id: UUID) -> Session:
    """A session whose results this person looks through; others do not exist."""
    sessions = sessions_released_by(signed_in_person(request), timezone.now())
    return get_object_or_404(
        sessions.select_related("exam__blueprint"), public_id=session_id
    )


@require_GET
@code_required
def results(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The first statistics page: look at it, then release."""
    session = judged_session(request, session_id)
    statistics = session_statistics(session)
    waiting = [s for s in statistics.scored if s.sitting.state == SittingState.MARKED]
    unmarked = session.sittings.filter(
        state__in=[
            SittingState.IN_PROGRESS,
            SittingState.PAUSED,
            SittingState.SUBMITTED,
            SittingState.EXPIRED,
        ]
    ).count()
    context = {
        "session": session,
        "statistics": statistics,
        "waiting": len(waiting),
        "unmarked": unmarked,
        "suspects": [
            line for line in statistics.items if "key_suspect" in line.figures.flags
        ],
    }
    return render(request, "exams/session_results.html", context)


@require_GET
@code_required
def histogram(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Score histogram with the cut, as SVG."""
    session = judged_session(request, session_id)
    scored = scored_sittings(session)
    if not scored:
        raise Http404
    svg = score_histogram(
        [float(entry.score.points) for entry in scored],
        maximum=float(scored[0].score.maximum),
        cut=float(session.exam.pass_points),
    )
    return HttpResponse(svg, content_type="image/svg+xml")


@require_POST
@code_required
def release(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A person releases every marked result of a session, after a recent code."""
    session = judged_session(request, session_id)
    if not has_recent_code(request, timezone.now()):
        return ask_recent_code("exams:results", session_id)
    try:
        count = release_session(
            session, by=signed_in_person(request), now=timezone.now()
        )
    except ExamsError as error:
        messages.error(request, error.message)
        return redirect("exams:results", session_id)
    text = ngettext("%(n)d result released.", "%(n)d results released.", count)
    messages.success(request, text % {"n": count})
    return redirect("exams:results", session_id)


@require_GET
@code_required
def results_file(request: HttpRequest, session_id: UUID, kind: str) -> HttpResponse:
    """Results and events as xlsx, CSV or JSON."""
    session = judged_session(request, session_id)
    what, _dot, ending = kind.partition(".")
    tables = {"results": result_rows, "events": event_rows}
    if what not in tables or ending not in ("json", "csv", "xlsx"):
        raise Http404(_("No such file."))
    rows = list(tables[what](session))
    if ending == "json":
        response: HttpResponse = JsonResponse({what: rows})
    elif ending == "csv":
        response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(as_xlsx(rows), content_type=XLSX)
    name = f"session-{session.pk}-{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
