"""The desk of certification officers: proposals, decisions, people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.enums import Role
from accounts.errors import AccountError
from accounts.models import User
from accounts.permissions import role_required, signed_in_person
from accounts.services.codes import verify_code
from courses.enums import Method, Sector
from credentials.enums import Act, Ground
from credentials.errors import CredentialsError
from credentials.forms.register import DecisionForm, IssueForm, ScopeActForm
from credentials.models import Proposal
from credentials.permissions import (
    candidate_for,
    proposal_for,
    qualification_to_change,
)
from credentials.queries.desk import (
    candidates,
    decided_proposals,
    ending_soon,
    own_proposals,
    posts_listed,
    waiting_for,
)
from credentials.queries.evidence import eligibility_of, relations_of
from credentials.queries.explain import conditions_of
from credentials.queries.register import scheme_version_in_effect, standing_of
from credentials.queries.road import schemes_open_to
from credentials.rules.lifecycle import allowed_acts
from credentials.rules.separation import exclusions
from credentials.services.proposals import (
    Asked,
    approve_proposal,
    propose_act,
    propose_issue,
    refuse_proposal,
    withdraw_proposal,
)
from credentials.views.pages import Page, page_of

PAGE = 20
COUNTED = 100
TABS = {
    "waiting": waiting_for,
    "own": own_proposals,
    "decided": decided_proposals,
}


@role_required(Role.CERTIFICATION_OFFICER)
@require_safe
def approvals(request: HttpRequest, tab: str = "waiting") -> HttpResponse:
    """What waits for a second signature, what I proposed, what is decided."""
    return _desk(request, tab, chosen=None)


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def approval(request: HttpRequest, public_id: str) -> HttpResponse:
    """One proposal with its evidence and the two signatures."""
    person, now = signed_in_person(request), timezone.now()
    proposal = proposal_for(person, public_id, now)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verify_code(person, form.cleaned_data["code"])
            _decide(proposal, form.cleaned_data, person, now)
        except AccountError as error:
            form.add_error("code", str(error))
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Signed. It is in the ledger."))
            return redirect("credentials:approval", public_id=proposal.public_id)
    return _desk(request, "waiting", chosen=proposal, form=form)


@role_required(Role.CERTIFICATION_OFFICER)
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """The proposer takes a proposal back."""
    person, now = signed_in_person(request), timezone.now()
    proposal = proposal_for(person, public_id, now)
    try:
        withdraw_proposal(proposal, by=person, now=now)
    except CredentialsError as error:
        messages.error(request, str(error))
    return redirect("credentials:approvals_tab", tab="own")


@role_required(Role.CERTIFICATION_OFFICER)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Officers within reach, to propose for or act upon."""
    person, now = signed_in_person(request), timezone.now()
    words = request.GET.get("q", "").strip()
    wanted = request.GET.get("page")
    if words:
        page = page_of(candidates(person, now, words=words), wanted)
    else:
        posts = page_of(posts_listed(person, now), wanted)
        people = [post.user for post in posts]
        page = Page(people, posts.number, posts.has_next)
    context = {"page": page, "q": words, "now": now}
    return render(request, "credentials/people.html", context)


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def officer_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """One officer: conditions of every open scheme, with a proposal to issue."""
    person, now = signed_in_person(request), timezone.now()
    officer = candidate_for(person, public_id, now)
    answers = []
    for scheme in schemes_open_to(officer, now):
        version = scheme_version_in_effect(scheme, now)
        if version is None:
            continue
        rules = version.rules()
        sent = request.POST if request.POST.get("scheme") == scheme.key else None
        form = IssueForm(
            sent,
            sectors=list(rules.sectors),
            methods=list(rules.methods),
            initial={"sectors": rules.sectors, "methods": rules.methods},
        )
        if sent and form.is_valid():
            try:
                proposal = propose_issue(
                    officer,
                    scheme,
                    issuer=scheme.organisation,
                    by=person,
                    now=now,
                    sectors=form.cleaned_data["sectors"],
                    methods=form.cleaned_data["methods"],
                    note=form.cleaned_data["note"],
                )
            except CredentialsError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Proposed. A second person decides."))
                return redirect("credentials:approval", public_id=proposal.public_id)
        answer = eligibility_of(officer, version, at=now)
        answers.append(
            {
                "scheme": scheme,
                "version": version,
                "met": answer.met,
                "conditions": conditions_of(answer),
                "form": form,
                "held": officer.qualifications.filter(
                    scheme=scheme, closed_at__isnull=True, valid_to__gt=now
                ).first(),
            }
        )
    context = {
        "officer": officer,
        "answers": answers,
        "qualifications": officer.qualifications.select_related("scheme"),
        "excluded": _excluded(person, officer, None, now),
        "now": now,
    }
    return render(request, "credentials/officer_file.html", context)


@role_required(Role.CERTIFICATION_OFFICER)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """Proposes an act on an existing qualification."""
    person, now = signed_in_person(request), timezone.now()
    qualification = qualification_to_change(person, public_id, now)
    standing = standing_of(qualification.public_id)
    version = scheme_version_in_effect(qualification.scheme, now)
    rules = version.rules() if version else None
    form = ScopeActForm(
        request.POST or None,
        allowed=allowed_acts(standing),
        sectors=list(rules.sectors) if rules else [],
        methods=list(rules.methods) if rules else [],
        initial={"sectors": qualification.sectors, "methods": qualification.methods},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        asked = Asked(
            ground=Ground(values["ground"]),
            legal_ground=values["legal_ground"],
            document=values["document"],
            effective_at=values["effective_at"],
            valid_to=values["valid_to"],
            note=values["note"],
            sectors=values["sectors"],
            methods=values["methods"],
            divisions=qualification.divisions,
        )
        try:
            proposal = propose_act(
                qualification, Act(values["act"]), asked, by=person, now=now
            )
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Proposed. A second person decides."))
            return redirect("credentials:approval", public_id=proposal.public_id)
    context = {"qualification": qualification, "form": form, "now": now}
    return render(request, "credentials/act.html", context)


def _decide(proposal: Proposal, values: dict[str, Any], by: User, now: Any) -> None:
    if values["decision"] == DecisionForm.APPROVE:
        approve_proposal(proposal, by=by, now=now, note=values["note"])
    else:
        refuse_proposal(proposal, by=by, now=now, note=values["note"])


def _desk(
    request: HttpRequest,
    tab: str,
    *,
    chosen: Proposal | None,
    form: DecisionForm | None = None,
) -> HttpResponse:
    person, now = signed_in_person(request), timezone.now()
    waiting = waiting_for(person, now)
    rows = TABS.get(tab, waiting_for)(person, now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    first = waiting.first()
    ending = ending_soon(person, now)
    ending_count = ending[:COUNTED].count()
    if chosen is None and tab == "waiting" and first is not None:
        chosen, form = first, DecisionForm()
    context = {
        "tab": tab,
        "page": page,
        "waiting_count": waiting.count(),
        "oldest": first,
        "ending": ending[:5],
        "ending_count": ending_count,
        "ending_more": ending_count >= COUNTED,
        "now": now,
        "chosen": chosen,
        "form": form,
        **(_case(chosen, person, now) if chosen else {}),
    }
    return render(request, "credentials/approvals.html", context)


def _case(proposal: Proposal, person: User, now: Any) -> dict[str, Any]:
    """What the second person must see of one proposal."""
    details = proposal.details
    answer = (
        eligibility_of(proposal.officer, proposal.scheme_version, at=now)
        if proposal.act in {Act.ISSUED, Act.RENEWED}
        else None
    )
    return {
        "conditions": conditions_of(answer) if answer else [],
        "evidence_same": answer is None
        or answer.evidence_hash == proposal.evidence_hash,
        "sectors": [Sector(s).label for s in details.get("sectors", [])],
        "methods": [Method(m).label for m in details.get("methods", [])],
        "divisions": details.get("divisions", []),
        "excluded": _excluded(person, proposal.officer, proposal, now),
        "body": next(
            (
                m.organisation
                for m in proposal.officer.memberships.all()
                if not m.left_on
            ),
            None,
        ),
    }


def _excluded(
    person: User, officer: User, proposal: Proposal | None, now: Any
) -> list[str]:
    days = proposal.scheme_version.rules().separation_days if proposal else 365
    relations = relations_of(
        person,
        officer,
        proposer=proposal.proposed_by if proposal else None,
        separation_days=days,
        now=now,
    )
    return [str(e.label) for e in exclusions(relations)]
