"""One's own qualifications, and the printed certificate."""

from __future__ import annotations

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.errors import AccountError
from accounts.models import User
from accounts.permissions import sign_in_required, signed_in_person
from credentials.documents.badge import badge_jwt
from credentials.documents.certificate import (
    card_pdf,
    certificate_pdf,
    qr_svg_path,
)
from credentials.enums import Act
from credentials.errors import CredentialsError
from credentials.forms.register import DayForm, ObjectionForm
from credentials.models import Card, Qualification
from credentials.permissions import qualification_to_read
from credentials.queries.own import own_qualification, own_qualifications
from credentials.queries.papers import printed_of
from credentials.queries.register import was_qualified, zone
from credentials.services.keys import signing_key
from credentials.services.lifecycle import attach_note


@sign_in_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My qualifications; the newest in full."""
    person, now = signed_in_person(request), timezone.now()
    rows = own_qualifications(person)
    if not rows:
        return render(request, "credentials/qualification_none.html", {"now": now})
    return _page(request, rows[0], person, now)


@sign_in_required
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One qualification: one's own, or within the reach of a staff role."""
    person, now = signed_in_person(request), timezone.now()
    row = qualification_to_read(person, public_id, now)
    return _page(request, row, person, now)


@sign_in_required
@require_POST
def object_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """Attaches the person's own objection to the ledger."""
    person, now = signed_in_person(request), timezone.now()
    row = qualification_to_read(person, public_id, now)
    form = ObjectionForm(request.POST)
    if row.officer_id == person.pk and form.is_valid():
        attach_note(
            row,
            Act.OBJECTION_NOTED,
            document=form.cleaned_data["document"],
            by=person,
            now=now,
        )
        messages.success(request, _("Your objection stands in the ledger."))
    else:
        messages.error(request, _("Give the number of your written objection."))
    return redirect("credentials:qualification", public_id=public_id)


@sign_in_required
@require_safe
def on_a_day(request: HttpRequest, public_id: str) -> HttpResponse:
    """Was this person qualified on a day, as known on another."""
    person, now = signed_in_person(request), timezone.now()
    row = qualification_to_read(person, public_id, now)
    form = DayForm(request.GET or None)
    answers = None
    if form.is_valid():
        noon = datetime.combine(form.cleaned_data["on"], time(12), zone())
        known = form.cleaned_data["known"]
        known_at = datetime.combine(known, time.max, zone()) if known else None
        answers = was_qualified(row.officer, at=noon, known_at=known_at)
    context = {"qualification": row, "form": form, "answers": answers, "now": now}
    return render(request, "credentials/on_a_day.html", context)


@sign_in_required
@require_http_methods(["GET"])
def printed(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """The certificate or the card as PDF."""
    person, now = signed_in_person(request), timezone.now()
    row = qualification_to_read(person, public_id, now)
    card = row.cards.get(replaced_at__isnull=True)
    make = card_pdf if form == "card" else certificate_pdf
    try:
        content = make(printed_of(row, card, request.build_absolute_uri(_check(card))))
    except (AccountError, CredentialsError) as error:
        messages.error(request, str(error))
        return redirect("credentials:qualification", public_id=public_id)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{card.number}-{form}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@sign_in_required
@require_safe
def badge(request: HttpRequest, public_id: str) -> HttpResponse:
    """The qualification as an Open Badges 3.0 credential, to take along."""
    person, now = signed_in_person(request), timezone.now()
    row = qualification_to_read(person, public_id, now)
    card = row.cards.get(replaced_at__isnull=True)
    token = badge_jwt(row, card, key=signing_key(now=now))
    response = HttpResponse(token, content_type="application/vc+jwt")
    response["Content-Disposition"] = f'attachment; filename="{card.number}.jwt"'
    response["Cache-Control"] = "private, no-store"
    return response


def _check(card: Card) -> str:
    return reverse("credentials:check", args=[card.token])


def _page(
    request: HttpRequest, row: Qualification, person: User, now: datetime
) -> HttpResponse:
    own = own_qualification(row, now=now)
    path, size = "", 0
    if own.card:
        path, size = qr_svg_path(request.build_absolute_uri(_check(own.card)))
    context = {
        "own": own,
        "others": own_qualifications(row.officer),
        "is_own": row.officer_id == person.pk,
        "objection": ObjectionForm(),
        "day_form": DayForm(initial={"on": now.date()}),
        "qr_path": path,
        "qr_size": size,
        "now": now,
    }
    return render(request, "credentials/qualification.html", context)
