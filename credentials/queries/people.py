"""Reads about people: who is one person, what they declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from credentials.models import Recusal


class Marked(Protocol):
    """Of an account: what tells that two belong to one person."""

    @property
    def public_id(self) -> UUID: ...

    @property
    def phone(self) -> str: ...

    @property
    def email(self) -> str: ...


def same_person(one: User, other: User) -> bool:
    """Whether two accounts appear to belong to one person: same telephone or e-mail.

    An account without either shows nothing, and only the account itself is known.
    """
    return one.pk == other.pk or bool(_marks(one) & _marks(other))


def persons_of(users: Iterable[Marked]) -> Mapping[str, str]:
    """Public id of each account → one id per person among these accounts."""
    persons: dict[str, str] = {}
    owners: dict[str, str] = {}
    for user in sorted(users, key=lambda u: str(u.public_id)):
        own = str(user.public_id)
        found = next((owners[m] for m in sorted(_marks(user)) if m in owners), own)
        persons[own] = found
        owners.update(dict.fromkeys(_marks(user), found))
    return persons


def recusals_of(officer: User) -> QuerySet[Recusal]:
    """What the officer declared, newest first."""
    return Recusal.objects.filter(officer=officer).order_by("-since")


def _marks(user: Marked) -> set[str]:
    marks = {
        f"tel:{user.phone.replace(' ', '').replace('-', '')}",
        f"mail:{user.email.casefold()}",
    }
    return marks - {"tel:", "mail:"}
