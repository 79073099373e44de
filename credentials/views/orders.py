"""Orders over the register: freeze, thaw, emergency powers and their review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.errors import AccountError
from accounts.models import Organisation, User
from accounts.permissions import has_role, role_required, signed_in_person
from accounts.queries import organisations_reached
from accounts.services.codes import verify_code
from credentials.enums import OrderKind, ProposalState
from credentials.errors import CredentialsError
from credentials.forms.desk import OrderForm, ReviewForm
from credentials.forms.schemes import CodeForm
from credentials.models import RegisterOrder, Scheme
from credentials.queries.orders import ORDER_ROLES, acts_under, orders_reached
from credentials.queries.own import timeline_of
from credentials.queries.register import freezes
from credentials.services.orders import (
    confirm_order,
    propose_order,
    refuse_order,
    review_order,
)

ROLES = (Role.CERTIFICATION_OFFICER, Role.SUPERVISOR)
SHOWN = 50


@role_required(*ROLES)
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest) -> HttpResponse:
    """What is frozen, which orders were given, and a new one."""
    person, now = signed_in_person(request), timezone.now()
    reached = organisations_reached(person, ORDER_ROLES, now)
    form = OrderForm(
        request.POST or None, schemes=Scheme.objects.filter(organisation__in=reached)
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = propose_order(
                OrderKind(values["kind"]),
                organisation=_organisation(person, values["scheme"], now),
                scheme=values["scheme"],
                purpose=values["purpose"],
                document=values["document"],
                hours=values["hours"] or 0,
                by=person,
                now=now,
            )
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Ordered. A second person confirms."))
            return redirect("credentials:order", public_id=made.public_id)
    held = freezes()
    context = {
        "form": form,
        "rows": orders_reached(person, now)[:SHOWN],
        "frozen": "" in held,
        "frozen_schemes": Scheme.objects.filter(key__in=held),
        "now": now,
    }
    return render(request, "credentials/orders.html", context)


@role_required(*ROLES)
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """One order: to confirm, in force, or to review with every act under it."""
    person, now = signed_in_person(request), timezone.now()
    row = orders_reached(person, now).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    over = row.expires_at is not None and row.expires_at <= now
    may_review = (
        over
        and row.reviewed_at is None
        and has_role(person, Role.SUPERVISOR, organisation=row.organisation, now=now)
        and person.pk not in (row.proposed_by_id, row.decided_by_id)
    )
    form = (ReviewForm if may_review else CodeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verify_code(person, form.cleaned_data["code"])
            _act(row, request.POST.get("step", ""), form.cleaned_data, person, now)
        except AccountError as error:
            form.add_error("code", str(error))
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("credentials:order", public_id=public_id)
    context = {
        "order": row,
        "waiting": row.state == ProposalState.WAITING,
        "own": row.proposed_by_id == person.pk,
        "over": over,
        "may_review": may_review,
        "acts": timeline_of(list(acts_under(row)[:200])) if row.sequence else (),
        "form": form,
        "now": now,
    }
    return render(request, "credentials/order.html", context)


def _act(
    row: RegisterOrder, step: str, values: dict[str, Any], by: User, now: Any
) -> None:
    if step == "confirm":
        confirm_order(row, by=by, now=now)
    elif step == "review":
        review_order(row, finding=values["finding"], by=by, now=now)
    else:
        refuse_order(row, by=by, now=now)


def _organisation(person: User, scheme: Scheme | None, now: Any) -> Organisation:
    """Where the order belongs: the scheme's owner, or where the role is held."""
    if scheme is not None:
        return scheme.organisation
    reached = organisations_reached(person, ORDER_ROLES, now).order_by("path")
    first: Organisation | None = reached.first()
    if first is None:
        raise Http404
    return first
