"""From closed sittings to released results, and back again by recomputing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from accounts.chain import canonical
from accounts.models import User
from exams.data import LoggedEvent, Question, SittingScore
from exams.enums import EventKind, SittingState
from exams.errors import (
    MarksMissing,
    NotAllowedNow,
    ReasonMissing,
    ScoreDiffers,
    SecondPersonNeeded,
)
from exams.models import Form, MockPaper, ScoreVersion, Session, Sitting, VoidProposal
from exams.rules.grading import fold_answers, score_sitting
from exams.rules.transitions import next_state
from exams.services.events import append_event, read_events
from exams.services.papers import verify_seal
from exams.signals import sitting_annulled, sitting_released

CLOSING_KINDS = (EventKind.SUBMITTED, EventKind.EXPIRED)


def form_questions(form: Form | MockPaper) -> list[Question]:
    """The questions of a sealed form with their keys; for marking only."""
    keys = {entry["position"]: entry for entry in form.key["questions"]}
    return [
        Question(
            position=entry["position"],
            type=entry["type"],
            points=Decimal(entry["points"]),
            aspect=keys[entry["position"]]["aspect"],
            shown=entry["shown"],
            key=keys[entry["position"]]["key"],
        )
        for entry in form.content["questions"]
    ]


def compute_score(sitting: Sitting) -> tuple[SittingScore, list[LoggedEvent]]:
    """The score from nothing but seal, chain, events, key and the exam's terms."""
    form = sitting.form
    if form is None:
        raise NotAllowedNow(sitting.state)
    verify_seal(form)
    events = read_events(sitting)
    closing = [event.seq for event in events if event.kind in CLOSING_KINDS]
    if not closing:
        raise NotAllowedNow(sitting.state)
    counted = [event for event in events if event.seq <= closing[0]]
    score = score_sitting(
        form_questions(form),
        fold_answers(counted),
        rule=sitting.exam.scoring_rule,
        pass_points=sitting.exam.pass_points,
    )
    if score is None:
        raise MarksMissing(str(sitting.public_id))
    return score, counted


def score_detail(sitting: Sitting, score: SittingScore) -> dict[str, Any]:
    """What a score version keeps: every question, every aspect, the terms used."""
    return {
        "rule": sitting.exam.scoring_rule,
        "pass_points": str(sitting.exam.pass_points),
        "questions": [
            {
                "position": q.position,
                "points": str(q.points),
                "maximum": str(q.maximum),
                "aspect": q.aspect,
                "answered": q.answered,
            }
            for q in score.questions
        ],
        "aspects": {
            aspect: [str(earned), str(possible)]
            for aspect, (earned, possible) in score.aspects.items()
        },
    }


def evidence_of(sitting: Sitting, detail: dict[str, Any], closing_hash: str) -> str:
    """One number for everything a score rests on."""
    body = {
        "sitting": str(sitting.public_id),
        "form": sitting.form.seal if sitting.form else "",
        "closing": closing_hash,
        "detail": detail,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def _closing_hash(sitting: Sitting) -> str:
    return (
        sitting.events.filter(kind__in=CLOSING_KINDS)
        .order_by("seq")
        .values_list("hash", flat=True)[0]
    )


@transaction.atomic
def mark_sitting(sitting: Sitting, *, now: datetime) -> ScoreVersion | None:
    """Mark a closed sitting by machine. Idempotent: a marked one is left alone.

    Gives None while questions wait for people.
    """
    locked = (
        Sitting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("form", "exam")
        .get(pk=sitting.pk)
    )
    target = next_state(locked.state, EventKind.MARKED)
    if target is None:
        return locked.score_versions.order_by("-number").first()
    try:
        score, _ = compute_score(locked)
    except MarksMissing:
        return None
    version = _store_score(locked, score, reason="", now=now)
    locked.state = target
    locked.save(update_fields=["state"])
    payload = {"version": version.number, "evidence": version.evidence_hash}
    append_event(locked, EventKind.MARKED, payload, now=now)
    return version


def _store_score(
    sitting: Sitting, score: SittingScore, *, reason: str, now: datetime
) -> ScoreVersion:
    detail = score_detail(sitting, score)
    return ScoreVersion.objects.create(
        sitting=sitting,
        number=sitting.score_versions.count() + 1,
        points=score.points,
        maximum=score.maximum,
        passed=score.passed,
        detail=detail,
        evidence_hash=evidence_of(sitting, detail, _closing_hash(sitting)),
        reason=reason,
        created_at=now,
    )


def recompute_sitting(sitting: Sitting) -> SittingScore:
    """Compute the score anew from the events and compare it with what was stored.

    Changes nothing. Raises ``ScoreDiffers``, ``HistoryBroken`` or ``FormChanged``.
    """
    stored = sitting.score_versions.order_by("-number").first()
    score, _ = compute_score(sitting)
    if stored is None:
        return score
    detail = score_detail(sitting, score)
    same = (
        stored.points == score.points
        and stored.maximum == score.maximum
        and stored.passed == score.passed
        and stored.detail == detail
        and stored.evidence_hash == evidence_of(sitting, detail, _closing_hash(sitting))
    )
    if not same:
        raise ScoreDiffers(f"{sitting.public_id}: {stored.points} {score.points}")
    return score


def mark_waiting_sittings(*, now: datetime) -> int:
    """Mark whatever was closed and not marked, should a worker have been lost."""
    waiting = Sitting.objects.filter(
        state__in=[SittingState.SUBMITTED, SittingState.EXPIRED]
    )
    return sum(mark_sitting(sitting, now=now) is not None for sitting in waiting)


@transaction.atomic
def release_sitting(sitting: Sitting, *, by: User, now: datetime) -> Sitting:
    """Publish the newest score of a marked sitting. Idempotent.

    A person does this, after a look at the statistics; nobody releases their own.
    """
    if sitting.candidate_id == by.pk:
        raise SecondPersonNeeded(str(sitting.public_id))
    locked = Sitting.objects.select_for_update(no_key=True).get(pk=sitting.pk)
    if locked.state == SittingState.RELEASED:
        return locked
    target = next_state(locked.state, EventKind.RELEASED)
    version = locked.score_versions.order_by("-number").first()
    if target is None or version is None:
        raise NotAllowedNow(locked.state)
    locked.state = target
    locked.released_score = version
    locked.released_at = now
    locked.released_by = by
    locked.save(update_fields=["state", "released_score", "released_at", "released_by"])
    payload = {"version": version.number, "by": str(by.public_id)}
    append_event(locked, EventKind.RELEASED, payload, now=now)
    transaction.on_commit(
        partial(
            sitting_released.send,
            sender=Sitting,
            sitting_public_id=str(locked.public_id),
            now=now,
        )
    )
    return locked


def release_session(session: Session, *, by: User, now: datetime) -> int:
    """Release every marked sitting of a session; gives how many."""
    marked: Iterable[Sitting] = session.sittings.filter(state=SittingState.MARKED)
    return sum(
        release_sitting(sitting, by=by, now=now).state == SittingState.RELEASED
        for sitting in marked
    )


def propose_void(
    sitting: Sitting, *, reason: str, by: User, now: datetime
) -> VoidProposal:
    """Ask for a sitting to be declared void. One open proposal at a time."""
    if not reason.strip():
        raise ReasonMissing
    if next_state(sitting.state, EventKind.VOIDED) is None:
        raise NotAllowedNow(sitting.state)
    proposal, _ = VoidProposal.objects.get_or_create(
        sitting=sitting,
        decided_at=None,
        defaults={"reason": reason, "proposed_by": by, "proposed_at": now},
    )
    return proposal


@transaction.atomic
def decide_void(
    proposal: VoidProposal, *, confirm: bool, by: User, now: datetime
) -> Sitting:
    """A second person confirms or turns down. Refuses the proposer and the candidate.

    The first decision stands; repeating, or deciding otherwise later, changes nothing.

    A released result is annulled in this transaction, together with whatever those who
    listen withdraw: either all of it stands or nothing does.
    """
    locked = Sitting.objects.select_for_update(no_key=True).get(pk=proposal.sitting_id)
    if by.pk in (proposal.proposed_by_id, locked.candidate_id):
        raise SecondPersonNeeded(str(locked.public_id))
    # Read anew behind the lock: somebody may have decided while this one waited.
    proposal = VoidProposal.objects.select_related("proposed_by").get(pk=proposal.pk)
    if proposal.decided_at is not None:
        return locked
    proposal.decided_by, proposal.decided_at = by, now
    proposal.is_confirmed = confirm
    proposal.save(update_fields=["decided_by", "decided_at", "is_confirmed"])
    if not confirm:
        return locked
    target = next_state(locked.state, EventKind.VOIDED)
    if target is None:
        raise NotAllowedNow(locked.state)
    was_released = locked.state == SittingState.RELEASED
    locked.state = target
    locked.closed_at = locked.closed_at or now
    locked.save(update_fields=["state", "closed_at"])
    payload = {
        "by": str(by.public_id),
        "proposed_by": str(proposal.proposed_by.public_id),
    }
    append_event(locked, EventKind.VOIDED, payload, now=now)
    if was_released:
        sitting_annulled.send(
            sender=Sitting, sitting_public_id=str(locked.public_id), now=now
        )
    return locked


def mark_sitting_by_id(sitting_id: str, *, now: datetime) -> ScoreVersion | None:
    """Mark the sitting with this public id. Idempotent."""
    return mark_sitting(Sitting.objects.get(public_id=sitting_id), now=now)
