"""The public register: no sign-in, no list, one card at a time."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.permissions import role_required, signed_in_person
from accounts.queries import organisations_reached
from accounts.services.photos import read_photo
from courses.enums import Method, Sector
from courses.queries.law import resolve
from credentials.enums import QualificationState
from credentials.errors import CredentialsError
from credentials.forms.register import AnswerForm, ComplaintForm, NumberForm
from credentials.models import Card, Complaint, PublicCheck
from credentials.queries.public import PublicAnswer, disclosed_bodies
from credentials.services.public import (
    answer_complaint,
    check_number,
    check_token,
    file_complaint,
    sign_answer,
)

CHECKS_PER_MINUTE = 30
MOST_AT_ONCE = 4
QUORUM = 2
CARD_MUST_BE_SHOWN, TWO_AT_LEAST = "XZCFF:55", "WHPAQF:8"
TO_BE_DISCLOSED = "XZCFF:39"


@never_cache
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Type one or more card numbers; see whether these people may inspect now."""
    form = NumberForm(request.GET if "no" in request.GET else None)
    numbers, now = _numbers(request), timezone.now()
    if numbers and not _within_rate(request, len(numbers)):
        return render(request, "credentials/register_busy.html", status=429)
    return _answer(request, [check_number(n, now=now) for n in numbers], form, now)


@never_cache
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The same answers for programs: JSON, each with its signed token."""
    numbers, now = _numbers(request), timezone.now()
    if not numbers:
        return JsonResponse({"error": "number"}, status=400)
    if not _within_rate(request, len(numbers)):
        return JsonResponse({"error": "too_many"}, status=429)
    checked = [check_number(number, now=now) for number in numbers]
    records = [
        {
            "number": answer.number,
            "state": answer.state,
            "counts": answer.counts,
            "check": made.code,
            "signed": sign_answer(answer, made, now=now),
        }
        for answer, made in checked
    ]
    return JsonResponse({"checked_at": now.isoformat(), "answers": records})


@never_cache
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What the code on a card opens."""
    if not _within_rate(request, 1):
        return render(request, "credentials/register_busy.html", status=429)
    now = timezone.now()
    found = check_token(token, now=now)
    if found is None:
        raise Http404
    return _answer(request, [found], NumberForm(), now)


@never_cache
@require_safe
def check_photo(request: HttpRequest, token: str) -> HttpResponse:
    """The photo to compare, for whoever holds the card in hand."""
    card = Card.objects.filter(token=token).select_related("qualification__officer")
    officer = get_object_or_404(card).qualification.officer
    if not officer.photo:
        raise Http404
    return HttpResponse(read_photo(officer), content_type="image/jpeg")


@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest) -> HttpResponse:
    """Report that something is not right."""
    form = ComplaintForm(
        request.POST or None, initial={"number": request.GET.get("no", "")[:32]}
    )
    if request.method == "POST" and form.is_valid():
        if not _within_rate(request, 5):
            return render(request, "credentials/register_busy.html", status=429)
        made = file_complaint(
            text=form.cleaned_data["text"],
            number=form.cleaned_data["number"],
            contact=form.cleaned_data["contact"],
            now=timezone.now(),
        )
        return render(request, "credentials/complaint_done.html", {"made": made})
    return render(request, "credentials/complaint.html", {"form": form})


@require_safe
def disclosure(request: HttpRequest) -> HttpResponse:
    """What the register publishes, on what basis, and what it never shows."""
    now = timezone.now()
    context = {
        "bodies": disclosed_bodies(now=now),
        "basis": resolve(TO_BE_DISCLOSED, now.date()),
        "now": now,
    }
    return render(request, "credentials/disclosure.html", context)


@role_required(Role.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def complaints(request: HttpRequest) -> HttpResponse:
    """Reports from the public, for the supervisor to answer."""
    person, now = signed_in_person(request), timezone.now()
    reached = organisations_reached(person, [Role.SUPERVISOR], now)
    rows = Complaint.objects.filter(
        qualification__issuer__in=reached
    ) | Complaint.objects.filter(qualification__isnull=True)
    rows = rows.select_related("qualification__officer").order_by("state", "-made_at")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = rows.filter(public_id=request.POST.get("complaint", "")).first()
        if chosen is None:
            raise Http404
        try:
            answer_complaint(
                chosen, answer=form.cleaned_data["answer"], by=person, now=now
            )
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("credentials:complaints")
    return render(
        request, "credentials/complaints.html", {"rows": rows[:50], "form": form}
    )


def _answer(
    request: HttpRequest,
    checked: list[tuple[PublicAnswer, PublicCheck]],
    form: NumberForm,
    now: datetime,
) -> HttpResponse:
    counting = sum(answer.counts for answer, _check in checked)
    context = {
        "card_must_be_shown": resolve(CARD_MUST_BE_SHOWN, now.date()),
        "two_at_least": resolve(TWO_AT_LEAST, now.date()),
        "form": form,
        "cards": [
            {
                "answer": answer,
                "label": QualificationState(answer.state).label
                if answer.state in QualificationState.values
                else pgettext("register", "Not found"),
                "sectors": [Sector(s).label for s in answer.sectors],
                "methods": [Method(m).label for m in answer.methods],
                "signed": sign_answer(answer, made, now=now),
            }
            for answer, made in checked
        ],
        "counting": counting,
        "enough": counting >= QUORUM,
        "codes": [made.code for _answer, made in checked],
        "now": now,
    }
    return render(request, "credentials/register.html", context)


def _numbers(request: HttpRequest) -> list[str]:
    """The well-formed card numbers asked for, each once, a few at most."""
    numbers: list[str] = []
    for text in request.GET.getlist("no")[:MOST_AT_ONCE]:
        one = NumberForm({"no": text})
        if one.is_valid() and one.cleaned_data["no"] not in numbers:
            numbers.append(one.cleaned_data["no"])
    return numbers


def _within_rate(request: HttpRequest, cost: int) -> bool:
    """Counts checks of one address in the present minute."""
    minute = int(timezone.now().timestamp() // 60)
    key = f"register:{request.META.get('REMOTE_ADDR', '')}:{minute}"
    cache.add(key, 0, timeout=120)
    return int(cache.incr(key, cost)) <= CHECKS_PER_MINUTE
