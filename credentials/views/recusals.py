"""Recusals: declared by the officer, or by the body for its officers."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import sign_in_required, signed_in_person
from accounts.queries import users_reached
from courses.queries.law import resolve
from credentials.errors import CredentialsError
from credentials.forms.desk import RecusalForm
from credentials.models import Recusal
from credentials.services.recusals import declare_recusal, end_recusal

BASIS = "XZCFF:43"
SHOWN = 100


@sign_in_required
@require_http_methods(["GET", "POST"])
def recusals(request: HttpRequest) -> HttpResponse:
    """What was declared for me and, with the role, for the people of my body."""
    person, now = signed_in_person(request), timezone.now()
    people = _people(person, now)
    form = RecusalForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        officer = values.pop("officer")
        chosen = next(p for p in people if str(p.public_id) == officer)
        try:
            declare_recusal(chosen, by=person, now=now, **values)
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Declared. The gate keeps this person away."))
            return redirect("credentials:recusals")
    rows = Recusal.objects.filter(officer__in=people).select_related(
        "officer", "declared_by", "ended_by"
    )
    context = {
        "form": form,
        "rows": rows.order_by("-since")[:SHOWN],
        "several": len(people) > 1,
        "basis": resolve(BASIS, now.date()),
        "now": now,
    }
    return render(request, "credentials/recusals.html", context)


@sign_in_required
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """The interest is gone."""
    person, now = signed_in_person(request), timezone.now()
    row = Recusal.objects.filter(
        public_id=public_id, officer__in=_people(person, now)
    ).first()
    if row is None:
        raise Http404
    try:
        end_recusal(row, by=person, now=now)
    except CredentialsError as error:
        messages.error(request, str(error))
    return redirect("credentials:recusals")


def _people(person: User, now: datetime) -> list[User]:
    """Oneself first, then the people of the bodies one keeps the roster of."""
    reached = users_reached(person, [Role.ORGANISATION_ADMIN], now)
    return [person, *reached.exclude(pk=person.pk).order_by("name", "pk")[:500]]
