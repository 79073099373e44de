"""What the register and the gate hold about a person, for the person's own file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from credentials.models import (
    Card,
    DecisionRecord,
    DryRunEffect,
    HolderKey,
    LedgerEntry,
    PermitMember,
    Proposal,
    Qualification,
    Recusal,
)

QUALIFICATION_KEPT = timedelta(days=5 * 365)


def personal_data(user: User) -> dict[str, Any]:
    """Qualifications, cards, decisions about the person, and who asked the gate."""
    officer = str(user.public_id)
    return {
        "qualifications": list(
            Qualification.objects.filter(officer=user).values(
                "public_id",
                "scheme__name",
                "issuer__name",
                "state",
                "number",
                "valid_from",
                "valid_to",
                "sectors",
                "methods",
                "divisions",
                "suspended_since",
                "ground",
            )
        ),
        "cards": list(
            Card.objects.filter(qualification__officer=user).values(
                "number", "name", "body", "issued_at", "reason", "replaced_at"
            )
        ),
        "proposals": list(
            Proposal.objects.filter(officer=user).values(
                "act",
                "scheme__name",
                "ground",
                "legal_ground",
                "document",
                "effective_at",
                "evidence",
                "proposed_at",
                "state",
                "decided_at",
                "decision_note",
            )
        ),
        "ledger": list(
            LedgerEntry.objects.filter(officer=user.public_id).values(
                "sequence",
                "act",
                "qualification",
                "effective_at",
                "recorded_at",
                "ground",
                "document",
                "hash",
            )
        ),
        "recusals": list(
            Recusal.objects.filter(officer=user).values(
                "site_name", "inspection", "relation", "employer", "since", "until"
            )
        ),
        "asked_about_me": list(
            DecisionRecord.objects.filter(subjects__officer_id=officer)
            .distinct()
            .values(
                "evaluation_id",
                "application__name",
                "evaluated_at",
                "action",
                "inspection",
                "permitted",
                "reason",
            )
        ),
        "permits": list(
            PermitMember.objects.filter(officer_id=officer).values(
                "permit__inspection", "role"
            )
        ),
        "touched_by_drafts": list(
            DryRunEffect.objects.filter(officer=user).values(
                "run__version__scheme__name", "kind", "missing", "since"
            )
        ),
        "device_keys": list(
            HolderKey.objects.filter(officer_id=officer).values("registered_at")
        ),
    }


def needed_until(user: User) -> date | None:
    """A qualification needs its name for five years after it ended."""
    last = Qualification.objects.filter(officer=user).aggregate(last=Max("valid_to"))
    end = last["last"]
    return timezone.localdate(end) + QUALIFICATION_KEPT if end else None
