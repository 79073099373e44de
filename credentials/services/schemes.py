"""Schemes and their versions: written by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import Organisation, User
from credentials.enums import Exclusion, SchemeVersionState
from credentials.errors import (
    AlreadyDecided,
    Excluded,
    NotTriedOut,
    SchemeUnfit,
    WrongTime,
)
from credentials.models import Scheme, SchemeVersion
from credentials.queries.people import same_person
from credentials.rules.scheme import SchemeInvalid, parse_scheme
from credentials.services.dry_runs import open_dry_run


def open_scheme(key: str, *, name: str, organisation: Organisation) -> Scheme:
    """A scheme without a version yet; idempotent by key."""
    scheme, _ = Scheme.objects.update_or_create(
        key=key, defaults={"name": name, "organisation": organisation}
    )
    return scheme


@transaction.atomic
def write_version(
    scheme: Scheme,
    *,
    parameters: Mapping[str, Any],
    effective_from: datetime,
    by: User,
    now: datetime,
) -> SchemeVersion:
    """A draft of the next version, tried out by the worker on everybody in post.

    Not idempotent: every call writes another draft.
    """
    try:
        parse_scheme(parameters)
    except SchemeInvalid as error:
        raise SchemeUnfit("; ".join(error.problems)) from error
    locked = Scheme.objects.select_for_update().get(pk=scheme.pk)
    last = locked.versions.aggregate(last=Max("number"))["last"] or 0
    version = SchemeVersion.objects.create(
        scheme=locked,
        number=last + 1,
        parameters=dict(parameters),
        effective_from=effective_from,
        written_by=by,
        written_at=now,
    )
    open_dry_run(version, now=now)
    return version


@transaction.atomic
def approve_version(
    version: SchemeVersion, *, by: User, now: datetime
) -> SchemeVersion:
    """Puts a draft into effect from its date; by another person than its writer.

    Refuses a version already approved. A version may not begin before the one that
    is approved with a later beginning: history of what counted is not rewritten. Whom
    it would touch must be known: its dry run has ended.
    """
    locked = SchemeVersion.objects.select_for_update().get(pk=version.pk)
    if locked.state != SchemeVersionState.DRAFT:
        raise AlreadyDecided
    if locked.written_by is not None and same_person(by, locked.written_by):
        raise Excluded([Exclusion.IS_PROPOSER])
    latest = (
        SchemeVersion.objects.filter(
            scheme=locked.scheme, state=SchemeVersionState.APPROVED
        )
        .order_by("-effective_from")
        .first()
    )
    if latest is not None and locked.effective_from < max(now, latest.effective_from):
        raise WrongTime
    if not locked.dry_runs.filter(finished_at__isnull=False).exists():
        raise NotTriedOut
    locked.state = SchemeVersionState.APPROVED
    locked.approved_by = by
    locked.approved_at = now
    locked.save(update_fields=["state", "approved_by", "approved_at"])
    return locked
