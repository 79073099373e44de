"""What upper apps tell accounts about the personal data they hold.

Accounts imports none of them: what a person may take along, and what is erased when
its time has come, it learns here, in their AppConfig.ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class PersonalData:
    """One app's share of what is held about a person, the argument of each call.

    `collect` gives it as values that JSON can hold. `forget` erases what nobody needs
    any more once the person has left for good and says how many rows went.
    `needed_until` is the last day on which a result or qualification still needs the
    person's name; None when nothing does.
    """

    code: str
    collect: Callable[[Any], dict[str, Any]]
    forget: Callable[[Any], int] | None = None
    needed_until: Callable[[Any], date | None] | None = None


_holders: dict[str, PersonalData] = {}


def register_personal_data(holder: PersonalData) -> None:
    """Make an app's share known; the last one wins."""
    _holders[holder.code] = holder


def personal_data_holders() -> Sequence[PersonalData]:
    """Every app that holds something about people, in the order they came."""
    return list(_holders.values())
