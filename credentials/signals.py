"""Facts credentials announces, in the past tense."""

from django.dispatch import Signal

ledger_appended = Signal()
"""An entry was written and projected. Arguments: ``entry`` (the stored row) and
``now``. Sent inside the transaction, so that an outbox can write beside it."""

register_imported = Signal()
"""Entries of an earlier register were written and projected. Arguments: ``entries``
(a batch of stored rows) and ``now``. Sent inside the transaction, instead of
``ledger_appended`` for each."""
