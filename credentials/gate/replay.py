"""What would have been answered under other terms: the dry run before a change.

Every decision of a period is asked again about its own time, as known then, under the
terms of another scheme version. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from credentials.data import SchemeTerms
from credentials.gate.reading import read_history
from credentials.models import DecisionRecord
from credentials.protocol.entities import parse_evaluation
from credentials.rules.decision import decide
from credentials.rules.questions import UnfitQuestionError, read_question


@dataclass(frozen=True, slots=True)
class Flip:
    """A decision that would have been another one, and why."""

    evaluation_id: str
    inspection: str
    was: bool
    would_be: bool
    reason: str


def replay_decisions(
    terms: SchemeTerms, *, since: datetime, until: datetime
) -> Iterator[Flip]:
    """The decisions of a period that would flip if the scheme had had these terms."""
    rows = DecisionRecord.objects.filter(
        evaluated_at__gte=since, evaluated_at__lt=until
    ).select_related("application")
    for row in rows.order_by("evaluation_id").iterator(chunk_size=200):
        flip = _flip(row, terms)
        if flip is not None:
            yield flip


def _flip(row: DecisionRecord, terms: SchemeTerms) -> Flip | None:
    now = row.evaluated_at
    try:
        question = read_question(parse_evaluation(row.payload["request"]), now=now)
    except UnfitQuestionError:
        return None
    officers = {member.officer_id for member in question.members}
    view = read_history(officers, at=now, known_at=now)
    changed = replace(view, schemes={**view.schemes, terms.scheme: terms})
    areas = frozenset(row.application.divisions)
    before = decide(question, view, now=now, client_divisions=areas)
    after = decide(question, changed, now=now, client_divisions=areas)
    if before.permitted == after.permitted:
        return None
    return Flip(
        row.evaluation_id,
        row.inspection,
        before.permitted,
        after.permitted,
        str(after.reason),
    )
