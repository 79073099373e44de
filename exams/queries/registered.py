"""What the examination engine tells courses: who cites the law, what can be assigned."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import User
from courses.registry import Activity, ActivityProgress, CitedPlace
from exams.enums import SittingState
from exams.models import Exam, Item, Sitting


def cited_places() -> Iterator[CitedPlace]:
    """Every citation of every live item revision."""
    items = Item.objects.filter(
        live_revision__isnull=False, retired_at__isnull=True
    ).select_related("live_revision")
    for item in items.iterator():
        revision = item.live_revision
        if revision is None or revision.law_as_of is None:
            continue
        for citation in revision.citations:
            yield CitedPlace(
                kind="item",
                object_id=item.key,
                title=revision.stem[:80],
                url=reverse("exams:item", args=[item.public_id]),
                citation=citation,
                law_as_of=revision.law_as_of,
            )


def exam_activities() -> list[Activity]:
    """Exams a programme can assign."""
    return [
        Activity("exam", exam.key, exam.title, reverse("exams:list"))
        for exam in Exam.objects.all()
    ]


def exam_progress(
    people: list[User], keys: list[str]
) -> dict[int, dict[str, ActivityProgress]]:
    """How far each of these people is with exams: released and passed is done."""
    progress = {
        person.pk: dict.fromkeys(keys, ActivityProgress(False, 0, ""))
        for person in people
    }
    sittings = (
        Sitting.objects.filter(candidate__in=people, exam__key__in=keys)
        .exclude(state=SittingState.VOID)
        .select_related("exam", "released_score")
        .order_by("attempt")
    )
    for sitting in sittings:
        own, key = progress[sitting.candidate_id], sitting.exam.key
        score = sitting.released_score
        passed = score is not None and score.passed
        if not own[key].done:
            own[key] = ActivityProgress(
                done=passed,
                percent=100 if passed else 50,
                detail=str(SittingState(sitting.state).label),
            )
    return progress
