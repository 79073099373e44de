"""Facts credentials announces, in the past tense."""

from django.dispatch import Signal

ledger_appended = Signal()
"""An entry was written. Arguments: ``sequence``, ``act``, ``officer``,
``qualification`` (public ids or None), ``scheme``, ``now``. Sent inside the
transaction that wrote it, so that an outbox can write beside it."""
