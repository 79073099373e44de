"""Erasing what nobody needs once a person has left for good."""

from accounts.models import User
from credentials.models import HolderKey, Recusal


def forget_person(user: User) -> int:
    """Declared recusals and device keys; the ledger holds opaque ids only."""
    gone = Recusal.objects.filter(officer=user).delete()[0]
    keys = HolderKey.objects.filter(officer_id=str(user.public_id)).delete()[0]
    return gone + keys
