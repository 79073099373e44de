"""Recusal: an interest is declared, and the officer is not sent there.

Basis: 行政处罚法第四十三条. Declaring is open to the officer and to the body; what a
body or a superior decides about it stands in the body's own files.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from credentials.errors import ActNotAllowed, AlreadyDecided, RecusalUnfit
from credentials.models import Permit, Recusal
from credentials.services.permits import withdraw_permit


@transaction.atomic
def declare_recusal(
    officer: User,
    *,
    by: User,
    now: datetime,
    relation: str,
    site: str = "",
    inspection: str = "",
    site_name: str = "",
    employer: bool = False,
) -> Recusal:
    """Declares an interest in a site or an inspection; every call is a declaration.

    Standing permits of the officer for that site or inspection are withdrawn.
    """
    site, inspection = site.strip(), inspection.strip()
    if not (site or inspection) or not relation.strip():
        raise RecusalUnfit
    recusal = Recusal.objects.create(
        officer=officer,
        site=site,
        inspection=inspection,
        site_name=site_name.strip(),
        relation=relation.strip(),
        employer=employer,
        since=now,
        declared_by=by,
    )
    permits = Permit.objects.standing(now).of_officer(str(officer.public_id))
    for permit in permits.order_by("pk"):
        if _touches(permit, recusal):
            withdraw_permit(permit, reason="recusal_declared", now=now)
    return recusal


@transaction.atomic
def end_recusal(recusal: Recusal, *, by: User, now: datetime) -> Recusal:
    """The interest is gone; refuses one that has ended.

    What the body declared, the officer cannot end alone.
    """
    locked = Recusal.objects.select_for_update(of=("self",)).get(pk=recusal.pk)
    if locked.until is not None:
        raise AlreadyDecided
    if locked.officer_id == by.pk and locked.declared_by_id != by.pk:
        raise ActNotAllowed
    locked.until, locked.ended_by = now, by
    locked.save(update_fields=["until", "ended_by"])
    return locked


def _touches(permit: Permit, recusal: Recusal) -> bool:
    if recusal.inspection and permit.inspection == recusal.inspection:
        return True
    resource = permit.question.get("resource", {})
    place = resource.get("properties", {}) if isinstance(resource, dict) else {}
    return bool(recusal.site) and place.get("site") == recusal.site
