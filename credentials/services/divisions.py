"""Replaces what is known of divisions that moved, were merged or ceased to be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from django.db import transaction

from credentials.errors import DivisionPlacesUnfit
from credentials.models import DivisionPlace
from credentials.rules.divisions import NATION, is_division_code

Place = tuple[str, str, date, date | None]


@transaction.atomic
def replace_places(places: Iterable[Place]) -> int:
    """Takes the given places for the whole truth; the same list again changes nothing.

    Refuses codes that are none and two places of one division at one time.
    """
    ordered = sorted(places, key=lambda place: (place[0], place[2]))
    for code, parent, since, until in ordered:
        sound = is_division_code(code) and is_division_code(parent)
        if not sound or code in (parent, NATION) or (until and until <= since):
            raise DivisionPlacesUnfit(code)
    for (code, _, _, until), (following, _, since, _) in pairwise(ordered):
        if code == following and (until is None or since < until):
            raise DivisionPlacesUnfit(code)
    DivisionPlace.objects.all().delete()
    DivisionPlace.objects.bulk_create(
        DivisionPlace(code=code, parent=parent, since=since, until=until)
        for code, parent, since, until in ordered
    )
    return len(ordered)
