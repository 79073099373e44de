"""Mock exams: the shape of a real exam, filled from the practice pool."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from exams.data import AnswerState, SittingScore
from exams.enums import Pool
from exams.errors import BlueprintUnfillable
from exams.models import Exam, ItemRevision, MockPaper, PracticeAnswer
from exams.queries.papers import blueprint_cells, draw_pool
from exams.question_types import QUESTION_TYPES, BadAnswer
from exams.rules.assembly import Candidate, Cell, Limits, Unfillable, draw_form
from exams.rules.grading import score_sitting
from exams.services.papers import SEED_BITS, content_and_key, in_exam_order
from exams.services.practice import keep_notebook
from exams.services.results import form_questions


def fillable_cells(
    cells: Sequence[Cell], items: Sequence[Candidate]
) -> tuple[list[Cell], bool]:
    """The cells as far as the practice pool fills them, and whether that is all."""
    kept, free = [], list(items)
    for cell in cells:
        fitting = [item for item in free if cell.takes(item)][: cell.count]
        free = [item for item in free if item not in fitting]
        if fitting:
            kept.append(replace(cell, count=len(fitting)))
    return kept, kept == list(cells)


@transaction.atomic
def open_mock(exam: Exam, *, by: User, now: datetime) -> MockPaper:
    """Draw a mock paper; whoever has one open gets that one."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    there = MockPaper.objects.filter(
        exam=exam, person=by, closed_at__isnull=True
    ).first()
    if there is not None:
        return there
    pool = draw_pool(Pool.PRACTICE)
    cells, is_complete = fillable_cells(
        blueprint_cells(exam.blueprint), pool.candidates
    )
    seed = secrets.randbits(SEED_BITS)
    try:
        picks = draw_form(cells, pool.candidates, seed=seed, limits=Limits())
    except Unfillable as refusal:
        raise BlueprintUnfillable("practice") from refusal
    if not picks:
        raise BlueprintUnfillable("practice")
    rng = random.Random(seed)  # noqa: S311 -- shuffles options, guards nothing
    content, key = content_and_key(in_exam_order(picks, pool, rng), rng)
    return MockPaper.objects.create(
        person=by,
        exam=exam,
        content=content,
        key=key,
        is_complete=is_complete,
        opened_at=now,
    )


@transaction.atomic
def hand_in_mock(
    paper: MockPaper, answers: Mapping[int, Any], *, by: User, now: datetime
) -> MockPaper:
    """Mark a mock paper and keep the notebook. Idempotent: the first hand-in counts."""
    locked = MockPaper.objects.select_for_update().get(pk=paper.pk, person=by)
    if locked.closed_at is not None:
        return locked
    locked.answers = {
        str(entry["position"]): answer
        for entry in locked.content["questions"]
        if (answer := _clean(entry, answers.get(entry["position"]))) is not None
    }
    score = mock_score(locked)
    locked.points, locked.maximum = score.points, score.maximum
    locked.closed_at = now
    locked.save(update_fields=["answers", "points", "maximum", "closed_at"])
    _learn_from(locked, score, by, now)
    return locked


def _clean(entry: dict[str, Any], answer: Any) -> Any:
    """An answer as it is stored; what this form cannot have asked counts as none."""
    try:
        return QUESTION_TYPES[entry["type"]].clean(answer, entry["shown"])
    except BadAnswer:
        return None


def mock_answers(paper: MockPaper) -> AnswerState:
    """The answers as the marking reads them."""
    answers = {int(position): value for position, value in paper.answers.items()}
    return AnswerState(answers, frozenset())


def mock_score(paper: MockPaper) -> SittingScore:
    """Marked like a real sitting, by the rule of the exam."""
    score = score_sitting(
        form_questions(paper),
        mock_answers(paper),
        rule=paper.exam.scoring_rule,
        pass_points=paper.exam.pass_points,
    )
    if score is None:
        raise ValueError("a mock paper holds only items that a machine marks")
    return score


def _learn_from(paper: MockPaper, score: SittingScore, by: User, now: datetime) -> None:
    full = {q.position: q.points == q.maximum for q in score.questions}
    revisions = revisions_of(paper)
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(person=by, revision=revision, is_right=full[position], at=now)
        for position, revision in revisions.items()
    )
    for position, revision in revisions.items():
        keep_notebook(revision, is_right=full[position], by=by, now=now)


def revisions_of(paper: MockPaper) -> dict[int, ItemRevision]:
    """The revision behind each place."""
    places = {e["revision"]: e["position"] for e in paper.key["questions"]}
    found = ItemRevision.objects.filter(public_id__in=places).select_related(
        "item", "exhibit"
    )
    return dict(sorted((places[str(r.public_id)], r) for r in found))


def share_of(points: Decimal, maximum: Decimal) -> int:
    """Percent of the points."""
    return round(100 * points / maximum) if maximum else 0
