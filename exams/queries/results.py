"""Reads over the bank, sittings and results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from exams.data import ExamResult
from exams.enums import SittingState
from exams.models import Sitting


def released_results(user: User) -> list[ExamResult]:
    """Every released result of a person, newest first; a voided one says annulled."""
    sittings = (
        Sitting.objects.filter(candidate=user, released_score__isnull=False)
        .filter(state__in=[SittingState.RELEASED, SittingState.VOID])
        .select_related("exam", "released_score")
        .order_by("-released_at")
    )
    return [result for sitting in sittings for result in _result(sitting)]


def _result(sitting: Sitting) -> Iterable[ExamResult]:
    score, released_at = sitting.released_score, sitting.released_at
    if score is None or released_at is None:
        return
    yield ExamResult(
        exam_key=sitting.exam.key,
        sitting_id=str(sitting.public_id),
        passed=score.passed,
        points=score.points,
        maximum=score.maximum,
        score_version=score.number,
        released_at=released_at,
        evidence_hash=score.evidence_hash,
        annulled=sitting.state == SittingState.VOID,
    )


def examined(examiner: User, candidate: User, since: datetime) -> bool:
    """This person invigilated, released or decided on a sitting of the candidate."""
    part = (
        Q(session__invigilators=examiner)
        | Q(released_by=examiner)
        | Q(void_proposals__proposed_by=examiner)
        | Q(void_proposals__decided_by=examiner)
        | Q(clock_entries__by=examiner)
    )
    return (
        Sitting.objects.filter(candidate=candidate, session__opens_at__gte=since)
        .filter(part)
        .exists()
    )
