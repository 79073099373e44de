"""Setting up blueprints, exams and sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from exams.models import Blueprint, BlueprintCell, Exam, Session

Fields = Mapping[str, Any]


@transaction.atomic
def save_blueprint(
    blueprint: Blueprint | None, fields: Fields, cells: Sequence[Fields]
) -> Blueprint:
    """Create or rewrite a blueprint with its cells; sealed forms are not touched."""
    kept = blueprint or Blueprint()
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save()
    kept.cells.all().delete()
    BlueprintCell.objects.bulk_create(
        BlueprintCell(blueprint=kept, place=place, **cell)
        for place, cell in enumerate(cells, start=1)
    )
    return kept


def save_exam(exam: Exam | None, fields: Fields) -> Exam:
    """Create an exam or change its terms.

    Sittings pin their form, and score versions keep the rule and pass mark they were
    computed with; recomputing a sitting after a change of terms therefore reports it.
    """
    kept = exam or Exam()
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save()
    return kept


@transaction.atomic
def save_session(session: Session | None, fields: Fields) -> Session:
    """Create a session or change its window and people."""
    kept = session or Session()
    for name, value in fields.items():
        if name != "invigilators":
            setattr(kept, name, value)
    kept.save()
    kept.invigilators.set(fields["invigilators"])
    return kept
