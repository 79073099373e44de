"""Schemes and their versions: written by one, tried out, approved by another."""

from __future__ import annotations

from typing import Any

import yaml
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
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
from accounts.permissions import has_role, role_required, signed_in_person
from accounts.queries import organisations_reached
from accounts.services.codes import verify_code
from credentials.enums import SchemeVersionState
from credentials.errors import CredentialsError
from credentials.forms.schemes import CodeForm, VersionForm, version_initial
from credentials.models import Scheme, SchemeVersion
from credentials.permissions import SCHEME_READERS
from credentials.queries.preview import effects_counted
from credentials.queries.register import digest_of, scheme_version_in_effect
from credentials.queries.scheme_words import (
    codes_in_words,
    conditions_asked,
    law_in_words,
    terms_of,
)
from credentials.rules.scheme import SchemeRules
from credentials.services.dry_runs import open_dry_run
from credentials.services.schemes import approve_version, write_version

SHOWN = 50
ROLES = (Role.CERTIFICATION_OFFICER,)


@role_required(*SCHEME_READERS)
@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """Every scheme within reach with its versions."""
    person, now = signed_in_person(request), timezone.now()
    reached = organisations_reached(person, SCHEME_READERS, now)
    rows = (
        Scheme.objects.filter(organisation__in=reached)
        .select_related("organisation")
        .prefetch_related("versions__written_by", "versions__approved_by")
    )
    writable = set(organisations_reached(person, ROLES, now))
    context = {"rows": rows, "writable": writable, "now": now}
    return render(request, "credentials/schemes.html", context)


@role_required(*ROLES)
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, key: str) -> HttpResponse:
    """Writes the next version, beginning with what counts now."""
    person, now = signed_in_person(request), timezone.now()
    scheme = _scheme(person, key, *ROLES)
    present = scheme_version_in_effect(scheme, now) or scheme.versions.last()
    start = present.parameters if present else {}
    form = VersionForm(request.POST or None, initial=version_initial(start))
    if request.method == "POST" and form.is_valid():
        version = write_version(
            scheme,
            parameters=form.cleaned_data["parameters"],
            effective_from=form.cleaned_data["effective_from"],
            by=person,
            now=now,
        )
        return redirect("credentials:scheme_version", public_id=version.public_id)
    return render(
        request, "credentials/scheme_write.html", {"scheme": scheme, "form": form}
    )


@role_required(*SCHEME_READERS)
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, public_id: str) -> HttpResponse:
    """One version: its parameters, whom it would touch, and the second signature.

    Auditors read; only certification officers of the area sign.
    """
    person, now = signed_in_person(request), timezone.now()
    row = (
        SchemeVersion.objects.filter(public_id=public_id)
        .select_related("scheme__organisation", "written_by", "approved_by")
        .first()
    )
    if row is None:
        raise Http404
    _scheme(person, row.scheme.key, *SCHEME_READERS)
    form = CodeForm(request.POST or None)
    may_sign = has_role(person, *ROLES, organisation=row.scheme.organisation, now=now)
    if request.method == "POST" and not may_sign:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            verify_code(person, form.cleaned_data["code"])
            approve_version(row, by=person, now=now)
        except AccountError as error:
            form.add_error("code", str(error))
        except CredentialsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Approved. It counts from its day."))
            return redirect("credentials:scheme_version", public_id=public_id)
    rules = row.rules()
    context = {
        "version": row,
        "terms": terms_of(rules),
        "asked": conditions_asked(rules),
        "asked_law": law_in_words(rules.law_basis.get("requirements", ())),
        "law_on": timezone.localtime(row.approved_at or now).date(),
        "text": yaml.safe_dump(row.parameters, allow_unicode=True, sort_keys=False),
        "digest": digest_of(row.parameters),
        "form": form,
        "may_sign": may_sign,
        "own": row.written_by_id == person.pk,
        "now": now,
        **_tried(row, rules, request.GET.get("page")),
    }
    return render(request, "credentials/scheme_version.html", context)


@role_required(*ROLES)
@require_POST
def try_version(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tries a draft out again, or goes on with a dry run that has stopped."""
    person, now = signed_in_person(request), timezone.now()
    row = SchemeVersion.objects.filter(public_id=public_id).first()
    if row is None:
        raise Http404
    _scheme(person, row.scheme.key, *ROLES)
    try:
        open_dry_run(row, now=now)
    except CredentialsError as error:
        messages.error(request, str(error))
    return redirect("credentials:scheme_version", public_id=public_id)


def _tried(
    version: SchemeVersion, rules: SchemeRules, wanted: str | None
) -> dict[str, Any]:
    """The last dry run of a draft, and one page of the people it would touch."""
    run = version.dry_runs.first()
    if version.state != SchemeVersionState.DRAFT or run is None:
        return {"run": None}
    effects = run.effects.select_related("officer")
    page = Paginator(effects, SHOWN).get_page(wanted)
    words = codes_in_words(rules)
    rows = [
        (effect, [words.get(code, code) for code in effect.missing]) for effect in page
    ]
    return {"run": run, "page": page, "rows": rows, "counts": effects_counted(run)}


def _scheme(person: User, key: str, *roles: Role) -> Scheme:
    scheme = Scheme.objects.filter(key=key).select_related("organisation").first()
    if scheme is None or not has_role(
        person, *roles, organisation=scheme.organisation, now=timezone.now()
    ):
        raise Http404
    return scheme
