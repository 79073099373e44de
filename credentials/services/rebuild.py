"""Recomputing the rows from the ledger."""

from __future__ import annotations

from django.db import transaction

from credentials.models import Qualification
from credentials.queries.verification import Rebuild, differing_rows
from credentials.services.ledger import lock_register, project


@transaction.atomic
def rebuild_register(*, repair: bool) -> Rebuild:
    """Compares every row with the ledger; with ``repair`` writes what it says.

    Only reports rows without entries and entries without a row: nobody can know
    what they should have been.
    """
    lock_register()
    answer = Rebuild(qualifications=Qualification.objects.count())
    for row, key, standing in differing_rows():
        if row is None:
            answer.differences.append(f"{key}: entries without a row")
        elif standing is None:
            answer.differences.append(f"{key}: row without valid entries")
        else:
            answer.differences.append(f"{key}: row differs")
            if repair:
                project(row, standing).save()
    return answer
