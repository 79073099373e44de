"""Facts other packages may listen to, in the past tense."""

from __future__ import annotations

from django.dispatch import Signal

# sitting_public_id: str, now: datetime
sitting_released = Signal()
# sitting_public_id: str, now: datetime; a released result no longer counts. Sent inside
# the transaction that annuls it, so that what rests on the result falls with it.
sitting_annulled = Signal()
