"""Pages around a sitting: ticket, rehearsal, asking for time, checking a receipt."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.documents import print_pdf
from accounts.permissions import code_required, sign_in_required
from exams.enums import CLOSED_STATES
from exams.errors import ExamsError, HistoryBroken
from exams.forms.sittings import ReceiptForm, TimeRequestForm
from exams.queries.receipts import sitting_by_receipt
from exams.services.requests import ask_for_time
from exams.services.sittings import verify_receipt
from exams.views.candidate import own_sitting


@require_GET
@sign_in_required
def ticket(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """The admission ticket as PDF; printable only while the sitting lies ahead."""
    sitting = own_sitting(request, sitting_id)
    if sitting.state in CLOSED_STATES:
        raise Http404
    pdf = print_pdf("exams/ticket_pdf.html", {"sitting": sitting})
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"admission-{sitting.admission_number}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@require_GET
@sign_in_required
def rehearsal(request: HttpRequest) -> HttpResponse:
    """Does this device keep time, reach the server, and keep a journal?"""
    data = {"now": timezone.now()}
    return render(request, "exams/rehearsal.html", {"data": data})


@never_cache
@require_GET
@sign_in_required
def server_time(request: HttpRequest) -> JsonResponse:
    """The server's time, for the rehearsal."""
    return JsonResponse({"now": timezone.now()})


@require_http_methods(["GET", "POST"])
def check_receipt(request: HttpRequest) -> HttpResponse:
    """Anybody who holds number and checksum may have them checked; no names shown."""
    form = ReceiptForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        sitting = sitting_by_receipt(**form.cleaned_data)
        try:
            context["is_genuine"] = sitting is not None and verify_receipt(sitting)
        except HistoryBroken:
            context["is_genuine"] = False
        context["sitting"] = sitting
    return render(request, "exams/receipt_check.html", context)


@require_POST
@code_required
def ask_time(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """Ask the invigilator for more time; the answer comes as a message."""
    sitting = own_sitting(request, sitting_id)
    form = TimeRequestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how many minutes, and why."))
        return redirect("exams:sitting", sitting_id)
    try:
        ask_for_time(
            sitting,
            form.cleaned_data["minutes"],
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        messages.success(request, _("The invigilator has your request."))
    except ExamsError as error:
        messages.error(request, error.message)
    return redirect("exams:sitting", sitting_id)
