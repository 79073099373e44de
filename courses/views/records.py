"""A person's own record: what is due, what was learnt, files and feeds of it."""

from __future__ import annotations

from datetime import UTC

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import sign_in_required
from courses.models import CalendarFeed, Note, Reminder
from courses.queries.learning import study_minutes
from courses.queries.programmes import assigned_programmes, assignments_for
from courses.queries.transcripts import transcript_of, xapi_statements
from courses.rules.calendar import Deadline, to_icalendar
from courses.services import notes, reminders
from courses.services.transcripts import transcript_pdf, transcript_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@sign_in_required
def mine(request: HttpRequest) -> HttpResponse:
    """What I have to learn until when, what I learnt, my notes and my files."""
    user = _person(request)
    now = timezone.now()
    news = list(
        Reminder.objects.filter(user=user, seen_at=None).select_related(
            "assignment__programme"
        )
    )
    reminders.mark_seen(user, now=now)
    feed = CalendarFeed.objects.filter(user=user).first()
    context = {
        "programmes": assigned_programmes(user, now),
        "transcript": transcript_of(user, now),
        "minutes": study_minutes(user),
        "news": news,
        "notes": Note.objects.filter(user=user).select_related("lesson"),
        "feed": request.build_absolute_uri(
            reverse("courses:calendar", args=[feed.secret])
        )
        if feed
        else "",
    }
    return render(request, "courses/mine.html", context)


@sign_in_required
def transcript(request: HttpRequest, ending: str) -> HttpResponse:
    """My transcript as PDF or spreadsheet."""
    record = transcript_of(_person(request), timezone.now())
    if ending == "pdf":
        answer = HttpResponse(transcript_pdf(record), content_type="application/pdf")
    else:
        answer = HttpResponse(transcript_xlsx(record), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="transcript.{ending}"'
    return answer


@sign_in_required
def xapi(request: HttpRequest) -> HttpResponse:
    """My learning record as xAPI 1.0.3 statements."""
    statements = xapi_statements(_person(request), settings.BASE_URL)
    answer = JsonResponse(statements, safe=False)
    answer["X-Experience-API-Version"] = "1.0.3"
    answer["Content-Disposition"] = 'attachment; filename="xapi.json"'
    return answer


def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The deadlines behind a secret address, for calendar programs."""
    feed = get_object_or_404(
        CalendarFeed.objects.select_related("user"), secret=secret, user__is_active=True
    )
    now = timezone.now()
    deadlines = [
        Deadline(
            uid=f"{assignment.public_id}@warrant",
            title=assignment.programme.title,
            due_on=assignment.due_on,
            address=request.build_absolute_uri(reverse("courses:mine")),
            changed_at=assignment.assigned_at.astimezone(UTC),
        )
        for assignment in assignments_for(feed.user, now)
    ]
    text = to_icalendar(_("Training deadlines"), deadlines)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@sign_in_required
def renew_calendar(request: HttpRequest) -> HttpResponse:
    """Make the secret address of one's calendar, or a new one in place of the old."""
    notes.renew_calendar_feed(_person(request))
    return redirect("courses:mine")


def _person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
