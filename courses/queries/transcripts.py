"""A person's transcript of training 学习档案, and the same as xAPI statements."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from accounts.models import User
from accounts.queries import organisation_of
from courses.data import Transcript, TranscriptLine
from courses.models import Enrolment, LessonPage, LessonProgress
from courses.queries.learning import catalogue_cards
from courses.rules.study_time import RULE

XAPI_NAMESPACE = UUID("0f3d6a52-6a0b-4f5c-8a38-5d6d2a3f9c11")
CMI5_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
VERBS = {
    "registered": "http://adlnet.gov/expapi/verbs/registered",
    "progressed": "http://adlnet.gov/expapi/verbs/progressed",
    "completed": "http://adlnet.gov/expapi/verbs/completed",
}


def transcript_of(user: User, now: datetime) -> Transcript:
    """Everything a person studied, course by course, as it stands now."""
    enrolments = list(
        Enrolment.objects.filter(user=user)
        .select_related("course", "completion")
        .order_by("enrolled_at")
    )
    minutes: dict[int, timedelta] = defaultdict(timedelta)
    for row in LessonProgress.objects.filter(enrolment__user=user):
        minutes[row.enrolment_id] += row.studied
    cards = {
        card.course.pk: card
        for card in catalogue_cards(user, [one.course for one in enrolments])
    }
    lines = []
    for enrolment in enrolments:
        card = cards[enrolment.course_id]
        completion = getattr(enrolment, "completion", None)
        lines.append(
            TranscriptLine(
                course_key=enrolment.course.key,
                title=enrolment.course.title,
                aspect=str(enrolment.course.get_aspect_display()),
                enrolled_at=enrolment.enrolled_at,
                lessons=card.lessons,
                learnt=card.learnt,
                minutes=int(minutes[enrolment.pk].total_seconds()) // 60,
                completed_at=card.completed_at,
                evidence_hash=completion.evidence_hash if completion else "",
            )
        )
    organisation = organisation_of(user, timezone.localdate(now))
    return Transcript(
        name=user.name,
        officer_number=user.officer_number or "",
        organisation=organisation.name if organisation else "",
        made_at=now,
        rule=RULE,
        lines=tuple(lines),
    )


def xapi_statements(user: User, base_url: str) -> list[dict[str, Any]]:
    """A person's record as xAPI 1.0.3 statements about an opaque account.

    Ids are made from what a statement says, so an export repeated gives the same ids
    and a learning record store keeps each statement once.
    """
    actor = {
        "objectType": "Agent",
        "account": {"homePage": base_url, "name": str(user.public_id)},
    }
    statements = []
    for enrolment in Enrolment.objects.filter(user=user).select_related(
        "course", "completion"
    ):
        course = _activity(
            base_url, "course", enrolment.course.key, enrolment.course.title
        )
        add = _adder(actor, str(enrolment.public_id))
        statements.append(add("registered", course, enrolment.enrolled_at, None))
        statements.extend(
            _lesson_statement(add, base_url, row)
            for row in enrolment.progress.select_related("lesson")
            .prefetch_related("attempts")
            .order_by("opened_at")
        )
        completion = getattr(enrolment, "completion", None)
        if completion is not None:
            result = {
                "completion": True,
                "duration": f"PT{completion.minutes}M",
                "extensions": {f"{base_url}/xapi/evidence": completion.evidence_hash},
            }
            statements.append(add("completed", course, completion.completed_at, result))
    return statements


def _lesson_statement(add: Any, base_url: str, row: LessonProgress) -> dict[str, Any]:
    lesson: LessonPage = row.lesson
    activity = _activity(base_url, "lesson", str(lesson.public_id), lesson.title)
    result: dict[str, Any] = {
        "completion": row.learnt_at is not None,
        "duration": f"PT{int(row.studied.total_seconds())}S",
        "extensions": {
            f"{base_url}/xapi/study-time-rule": RULE,
            CMI5_PROGRESS: row.percent,
        },
    }
    scores = [one.score for one in row.attempts.all() if one.score is not None]
    if scores:
        result["score"] = {"scaled": round(sum(scores) / len(scores), 4)}
    verb = "completed" if row.learnt_at else "progressed"
    statement: dict[str, Any] = add(
        verb, activity, row.learnt_at or row.seen_at, result
    )
    return statement


def _adder(actor: dict[str, Any], registration: str) -> Any:
    def add(
        verb: str,
        activity: dict[str, Any],
        at: datetime,
        result: dict[str, Any] | None,
    ) -> dict[str, Any]:
        name = f"{registration}/{verb}/{activity['id']}/{at.isoformat()}"
        statement = {
            "id": str(uuid5(XAPI_NAMESPACE, name)),
            "actor": actor,
            "verb": {"id": VERBS[verb], "display": {"en-US": verb}},
            "object": activity,
            "context": {"registration": registration, "platform": "Warrant"},
            "timestamp": at.isoformat(),
            "version": "1.0.3",
        }
        return statement | ({"result": result} if result else {})

    return add


def _activity(base_url: str, kind: str, key: str, title: str) -> dict[str, Any]:
    return {
        "objectType": "Activity",
        "id": f"{base_url}/xapi/{kind}/{key}",
        "definition": {
            "name": {"zh-CN": title},
            "type": f"http://adlnet.gov/expapi/activities/{kind}",
        },
    }
