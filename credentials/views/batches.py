"""Mass acts: tried out on everybody, proposed as a batch, decided as a batch."""

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
from accounts.models import User
from accounts.permissions import role_required, signed_in_person
from accounts.queries import organisations_reached
from accounts.services.codes import verify_code
from credentials.enums import Act, Ground, ProposalState
from credentials.errors import CredentialsError
from credentials.forms.desk import BatchForm, SignForm
from credentials.models import Batch, Scheme
from credentials.queries.desk import DESK_ROLES, batch_lines, candidates
from credentials.services.batches import Wanted, preview_batch, propose_batch
from credentials.services.ledger import acts_left
from credentials.services.proposals import Asked, approve_batch


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def batch_new(request: HttpRequest) -> HttpResponse:
    """A mass act on chosen officers: preview first, then propose."""
    person, now = signed_in_person(request), timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    chosen = list(
        candidates(person, now).filter(public_id__in=_uuids(sent.getlist("officer")))
    )
    form = BatchForm(request.POST or None, schemes=_schemes(person, now))
    lines = None
    if request.method == "POST" and form.is_valid():
        wanted = _wanted(form.cleaned_data)
        try:
            if request.POST.get("step") == "propose":
                title = form.cleaned_data["title"]
                batch, lines = propose_batch(
                    chosen, wanted, title=title, by=person, now=now
                )
                messages.success(request, _("Proposed. A second person decides."))
                return redirect("credentials:batch", public_id=batch.public_id)
            lines = preview_batch(chosen, wanted, by=person, now=now)
        except CredentialsError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "chosen": chosen,
        "lines": lines,
        "possible": sum(not line.problem for line in lines or []),
        "now": now,
    }
    return render(request, "credentials/batch_new.html", context)


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """A batch with each person visible; the second signature for those ticked."""
    person, now = signed_in_person(request), timezone.now()
    found = Batch.objects.filter(public_id=public_id).select_related("made_by").first()
    rows = list(batch_lines(found)) if found else []
    reached = organisations_reached(person, DESK_ROLES, now).values_list(
        "pk", flat=True
    )
    if found is None or any(row.issuer_id not in set(reached) for row in rows):
        raise Http404
    waiting = [row for row in rows if row.state == ProposalState.WAITING]
    form = SignForm(request.POST or None)
    outcome: dict[int, str] = {}
    if request.method == "POST" and form.is_valid():
        ticked = set(request.POST.getlist("proposal"))
        chosen = [row for row in waiting if str(row.public_id) in ticked]
        try:
            verify_code(person, form.cleaned_data["code"])
            for row, error in approve_batch(chosen, by=person, now=now):
                outcome[row.pk] = str(error or "")
        except AccountError as error:
            form.add_error("code", str(error))
        except CredentialsError as error:
            form.add_error(None, str(error))
        rows = list(batch_lines(found))
        waiting = [row for row in rows if row.state == ProposalState.WAITING]
    context = {
        "batch": found,
        "lines": [{"row": row, "problem": outcome.get(row.pk, "")} for row in rows],
        "waiting": len(waiting),
        "left": acts_left(person, now=now),
        "own": found.made_by_id == person.pk,
        "form": form,
        "now": now,
    }
    return render(request, "credentials/batch.html", context)


def _wanted(values: dict[str, Any]) -> Wanted:
    asked = Asked(
        ground=Ground(values["ground"]),
        legal_ground=values["legal_ground"],
        document=values["document"],
        effective_at=values["effective_at"],
        valid_to=values["valid_to"],
        note=values["note"],
    )
    return Wanted(Act(values["act"]), values["scheme"], asked)


def _schemes(person: User, now: Any) -> Any:
    reached = organisations_reached(person, DESK_ROLES, now)
    return Scheme.objects.filter(organisation__in=reached)


def _uuids(texts: list[str]) -> list[str]:
    return [text for text in texts if len(text) == 36][:500]
