"""Reactions to facts: one line each, calling our own services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from credentials.models import LedgerEntry
from credentials.services.lifecycle import withdraw_evidence
from credentials.services.permits import follow_import, follow_ledger
from credentials.signals import ledger_appended, register_imported
from exams.signals import sitting_annulled


@receiver(sitting_annulled, dispatch_uid="credentials.withdraw_evidence")
def on_sitting_annulled(sitting_public_id: str, now: datetime, **kwargs: Any) -> None:
    """A result no longer counts, and nothing that rests on it goes on."""
    withdraw_evidence(sitting_public_id, now=now)


@receiver(ledger_appended, dispatch_uid="credentials.follow_ledger")
def on_ledger_appended(entry: LedgerEntry, now: datetime, **kwargs: Any) -> None:
    """Writes the feed event beside the entry and withdraws what rested on it."""
    follow_ledger(entry, now=now)


@receiver(register_imported, dispatch_uid="credentials.follow_import")
def on_register_imported(
    entries: Sequence[LedgerEntry], now: datetime, **kwargs: Any
) -> None:
    """Writes the feed events beside the entries taken over."""
    follow_import(entries, now=now)
