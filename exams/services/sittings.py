"""A candidate's way through a sitting: assigned, opened, answered, handed in."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.chain import canonical
from accounts.models import User
from courses.queries import study_minutes
from exams import tasks
from exams.data import AnswerState, ClientEvent, LoggedEvent, Saved
from exams.enums import (
    ANSWER_KINDS,
    CLIENT_KINDS,
    CLOSED_STATES,
    OPEN_STATES,
    ClockKind,
    EventKind,
    SittingState,
)
from exams.errors import (
    AttemptsUsedUp,
    BadBatch,
    CoolingDown,
    ExamsError,
    HoursMissing,
    NotAllowedNow,
    NotOpenYet,
    SittingClosed,
)
from exams.models import (
    Accommodation,
    ClockEntry,
    Exam,
    Form,
    Session,
    Sitting,
)
from exams.queries.papers import earlier_picks
from exams.question_types import QUESTION_TYPES, BadAnswer
from exams.rules.grading import fold_answers
from exams.rules.timing import (
    abandoned_at,
    accepts,
    base_seconds,
    deadline,
    may_close,
)
from exams.rules.transitions import next_state, takes_answers
from exams.services.bank import sync_stale_items
from exams.services.events import (
    TRIES,
    Head,
    NewEvent,
    append_event,
    head_of,
    insert_after,
    insert_first,
    read_events,
    stamp,
    until_first,
)
from exams.services.papers import draw_forms

logger = logging.getLogger(__name__)

MOST_EVENTS = 500
MOST_LATE_EVENTS = 200
LONGEST_CLIENT_ID = 40


# --- before the bell


def _check_terms(exam: Exam, candidate: User, now: datetime) -> int:
    """The number of the next attempt, or why there is none."""
    earlier = list(
        Sitting.objects.filter(exam=exam, candidate=candidate).order_by("attempt")
    )
    if len(earlier) >= exam.attempts:
        raise AttemptsUsedUp(str(candidate.public_id))
    if earlier and exam.cooldown_days:
        last = earlier[-1].closed_at
        if last is None or now < last + timedelta(days=exam.cooldown_days):
            raise CoolingDown(str(candidate.public_id))
    if exam.required_minutes:
        minutes = study_minutes(candidate, until=now)
        if minutes < exam.required_minutes:
            raise HoursMissing(f"{minutes}/{exam.required_minutes}")
    return len(earlier) + 1


@transaction.atomic
def assign_sitting(session: Session, candidate: User, *, now: datetime) -> Sitting:
    """Give a candidate a seat in a session; the form is drawn afterwards.

    Repeating for the same session gives the sitting that is there. The person's row is
    locked, because attempts are what runs out; the session's, because seats do.
    """
    User.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    there = Sitting.objects.filter(session=session, candidate=candidate).first()
    if there is not None:
        return there
    attempt = _check_terms(session.exam, candidate, now)
    place = session.sittings.count() + 1
    return Sitting.objects.create(
        exam=session.exam,
        session=session,
        candidate=candidate,
        attempt=attempt,
        seat=f"{place:02d}",
        admission_number=f"{session.opens_at.year}-{session.pk}-{place:05d}",
    )


@transaction.atomic
def prepare_session(session: Session, *, now: datetime) -> int:
    """Draw and seal a form for everybody who has none yet; gives how many were made.

    Idempotent, and therefore also the way to top up for late candidates. Items whose law
    has changed since they were reviewed are flagged first, so that none is drawn.
    """
    waiting = list(
        session.sittings.select_for_update(no_key=True)
        .filter(state=SittingState.ASSIGNED)
        .select_related("candidate", "exam__blueprint")
        .order_by("seat")
    )
    if not waiting:
        return 0
    sync_stale_items(now=now)
    for sitting, form in zip(waiting, _forms_for(waiting, now), strict=True):
        sitting.form = form
        sitting.state = SittingState.READY
        sitting.save(update_fields=["form", "state"])
    return len(waiting)


def _forms_for(sittings: Sequence[Sitting], now: datetime) -> list[Form]:
    """One form each, or the one fixed form; repeaters get what they have not seen."""
    exam = sittings[0].exam
    if exam.is_fixed_paper:
        return [exam.forms.first() or draw_forms(exam, 1, now=now)[0]] * len(sittings)
    first_timers = sum(sitting.attempt == 1 for sitting in sittings)
    fresh = iter(draw_forms(exam, first_timers, now=now))
    return [
        next(fresh)
        if sitting.attempt == 1
        else draw_forms(
            exam, 1, now=now, earlier=earlier_picks(exam, sitting.candidate)
        )[0]
        for sitting in sittings
    ]


# --- the bell


@transaction.atomic
def open_sitting(sitting: Sitting, *, now: datetime) -> Sitting:
    """Begin. Idempotent: whoever opens again finds the running sitting.

    Nothing that others use is locked: one conditional UPDATE decides who began.
    """
    session = sitting.session
    if sitting.state in OPEN_STATES:
        return sitting
    if not session.opens_at <= now < session.closes_at:
        raise NotOpenYet(str(session.public_id))
    base = base_seconds(sitting.exam.minutes, now, session.closes_at)
    extra = (
        Accommodation.objects.filter(
            candidate=sitting.candidate_id, exam=sitting.exam_id
        )
        .values_list("seconds", "reason", "approved_by")
        .first()
    )
    seconds = [base] + ([extra[0]] if extra else [])
    until = deadline(now, seconds)
    began = Sitting.objects.filter(pk=sitting.pk, state=SittingState.READY).update(
        state=SittingState.IN_PROGRESS, opened_at=now, deadline=until
    )
    if not began:
        sitting.refresh_from_db()
        if sitting.state in OPEN_STATES:
            return sitting
        raise NotAllowedNow(sitting.state)
    entries = [ClockEntry(sitting=sitting, kind=ClockKind.BASE, seconds=base, at=now)]
    if extra:
        entries.append(
            ClockEntry(
                sitting=sitting,
                kind=ClockKind.ACCOMMODATION,
                seconds=extra[0],
                reason=extra[1],
                by_id=extra[2],
                at=now,
            )
        )
    ClockEntry.objects.bulk_create(entries)
    payload = {"form": sitting.form.seal if sitting.form else "", "seconds": seconds}
    insert_first(sitting, NewEvent(EventKind.OPENED, payload), now=now)
    sitting.state, sitting.opened_at = SittingState.IN_PROGRESS, now
    sitting.deadline = until
    return sitting


# --- answers


@lru_cache(maxsize=1024)
def form_schema(form_id: int) -> dict[int, tuple[str, dict[str, Any]]]:
    """Position to type and shown part. Forms are immutable, so this may be kept."""
    content = Form.objects.values_list("content", flat=True).get(pk=form_id)
    return {q["position"]: (q["type"], q["shown"]) for q in content["questions"]}


def _checked(event: ClientEvent, form_id: int, client_id: str) -> NewEvent:
    """An event of the browser as it will be stored; BadBatch if it cannot be."""
    if event.kind not in CLIENT_KINDS or event.client_seq < 1:
        raise BadBatch(event.kind)
    payload: dict[str, Any] = {}
    kind = event.kind
    if event.question is not None:
        if event.question not in form_schema(form_id):
            raise BadBatch(f"question {event.question}")
        if kind in ANSWER_KINDS:
            item_type, shown = form_schema(form_id)[event.question]
            answer = event.answer if kind == EventKind.ANSWERED else None
            try:
                cleaned = QUESTION_TYPES[item_type].clean(answer, shown)
            except BadAnswer as error:
                raise BadBatch(f"question {event.question}: {error}") from error
            kind = EventKind.CLEARED if cleaned is None else EventKind.ANSWERED
            payload = {} if cleaned is None else {"answer": cleaned}
    elif kind in ANSWER_KINDS or kind in (EventKind.FLAGGED, EventKind.UNFLAGGED):
        raise BadBatch("question missing")
    return NewEvent(
        kind, payload, event.question, client_id, event.client_seq, event.at_client
    )


def save_batch(
    sitting_id: UUID,
    *,
    by: User,
    client_id: str,
    events: Sequence[ClientEvent],
    known_seq: int = 0,
    now: datetime,
) -> Saved:
    """Store a batch of the browser's journal and acknowledge it.

    Idempotent by device and device sequence. What it acknowledges is committed. In the
    ordinary case it costs one read and one insert. After the close it refuses with
    ``SittingClosed``; what arrives then is kept as evidence and never scored.
    """
    if not 0 < len(client_id) <= LONGEST_CLIENT_ID or client_id == "server":
        raise BadBatch("client_id")
    if len(events) > MOST_EVENTS:
        raise BadBatch("too many events")
    pending = sorted(events, key=lambda event: event.client_seq)
    for _ in range(TRIES):
        sitting, head, last_client = _sitting_and_head(sitting_id, by)
        if not takes_answers(sitting.state) or not _in_time(sitting, now):
            _refuse_answers(sitting, client_id, pending, now)
        new = [_checked(event, sitting.form_id or 0, client_id) for event in pending]
        if new and last_client != client_id and _is_new_device(sitting, client_id):
            new.insert(0, NewEvent(EventKind.DEVICE_CHANGED, {"device": client_id}))
        try:
            end = insert_after(sitting, head, new, now=now) if new else head
        except IntegrityError:
            pending = _not_stored(sitting, client_id, pending)
            continue
        return Saved(
            acknowledged=max((event.client_seq for event in events), default=0),
            head_seq=end.seq,
            saved_at=now,
            deadline=sitting.deadline,
            state=sitting.state,
            newer=_newer(sitting, client_id, known_seq, head.seq),
        )
    raise NotAllowedNow("busy")


_SITTING_AND_HEAD = """
SELECT sitting.id, sitting.public_id, sitting.state, sitting.deadline, sitting.form_id,
       head.seq AS head_seq, head.hash AS head_hash, head.client_id AS head_client
FROM exams_sitting sitting JOIN exams_sittingevent head ON head.sitting_id = sitting.id
WHERE sitting.public_id = %s AND sitting.candidate_id = %s
ORDER BY head.seq DESC LIMIT 1
"""


def _sitting_and_head(sitting_id: UUID, by: User) -> tuple[Sitting, Head, str]:
    """State and chain end in one statement, so that they belong together.

    Written out, because every save runs it and composing it took a third of its time.
    """
    public_id = Sitting._meta.get_field("public_id")
    values = [public_id.get_db_prep_value(sitting_id, connection), by.pk]
    for found in Sitting.objects.raw(_SITTING_AND_HEAD, values):
        head = vars(found)
        return found, Head(head["head_seq"], head["head_hash"]), head["head_client"]
    raise NotAllowedNow("not opened")


def _in_time(sitting: Sitting, now: datetime) -> bool:
    return sitting.deadline is not None and accepts(sitting.deadline, now)


def _is_new_device(sitting: Sitting, client_id: str) -> bool:
    others = sitting.events.exclude(client_id="server")
    return others.exists() and not others.filter(client_id=client_id).exists()


def _not_stored(
    sitting: Sitting, client_id: str, events: Sequence[ClientEvent]
) -> list[ClientEvent]:
    stored = set(
        sitting.events.filter(
            client_id=client_id, client_seq__in=[event.client_seq for event in events]
        ).values_list("client_seq", flat=True)
    )
    return [event for event in events if event.client_seq not in stored]


def _newer(
    sitting: Sitting, client_id: str, known_seq: int, head_seq: int
) -> dict[int, Any]:
    """Answers from other devices that this one does not know yet."""
    if known_seq >= head_seq:
        return {}
    others = sitting.events.filter(
        seq__gt=known_seq, seq__lte=head_seq, kind__in=sorted(ANSWER_KINDS)
    ).exclude(client_id=client_id)
    return {
        question: payload.get("answer")
        for question, payload in others.order_by("seq").values_list(
            "question", "payload"
        )
        if question is not None
    }


def _refuse_answers(
    sitting: Sitting, client_id: str, events: Sequence[ClientEvent], now: datetime
) -> None:
    """Close if it is time, keep what came too late as evidence, and refuse."""
    if sitting.state == SittingState.PAUSED:
        raise NotAllowedNow("paused")
    if sitting.state == SittingState.IN_PROGRESS:
        expire_sitting(sitting, now=now)
    fresh = _not_stored(sitting, client_id, events)
    answers = [event for event in fresh if event.kind in ANSWER_KINDS]
    kept = sitting.events.filter(kind=EventKind.LATE).count()
    new = [
        NewEvent(
            EventKind.LATE,
            _checked(event, sitting.form_id or 0, client_id).payload,
            event.question,
            client_id,
            event.client_seq,
            event.at_client,
        )
        for event in answers[: max(0, MOST_LATE_EVENTS - kept)]
    ]
    if new:
        until_first(lambda: insert_after(sitting, head_of(sitting), new, now=now))
    raise SittingClosed(str(sitting.public_id))


def see_candidate(sitting: Sitting, *, now: datetime) -> None:
    """Note that the candidate's page is alive. Idempotent, decides nothing."""
    Sitting.objects.filter(pk=sitting.pk).update(last_seen_at=now)


# --- the end


def receipt_of(sitting: Sitting, state: AnswerState, closed_at: datetime) -> str:
    """The checksum a candidate keeps: answers, form and time in one number."""
    body = {
        "sitting": str(sitting.public_id),
        "form": sitting.form.seal if sitting.form else "",
        "answers": {str(k): v for k, v in sorted(state.answers.items())},
        "closed_at": stamp(closed_at),
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def current_answers(sitting: Sitting) -> AnswerState:
    """What the candidate has answered and flagged so far."""
    return fold_answers(
        LoggedEvent(*row)
        for row in sitting.events.values_list(
            "seq", "kind", "question", "payload", "at_server"
        )
    )


def submit_sitting(sitting: Sitting, *, now: datetime) -> Sitting:
    """Hand in. Idempotent: handing in twice gives the same receipt."""
    return _close(sitting, EventKind.SUBMITTED, now)


def expire_sitting(sitting: Sitting, *, now: datetime) -> Sitting:
    """Close because the time is over. Idempotent; refuses while time is left."""
    return _close(sitting, EventKind.EXPIRED, now)


@transaction.atomic
def _close(sitting: Sitting, kind: EventKind, now: datetime) -> Sitting:
    """Lock, ask, append the closing event, write the receipt, then have it marked.

    The answers are read after the closing event took its number: whatever came before
    it counts, whatever comes after it is late. The lock leaves the row's key alone: an
    answer being saved refers to it, and would otherwise wait for this close while this
    close waits for its number.
    """
    locked = (
        Sitting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("form", "session")
        .get(pk=sitting.pk)
    )
    if locked.state in CLOSED_STATES:
        return locked
    target = next_state(locked.state, kind)
    if target is None:
        raise NotAllowedNow(locked.state)
    if kind is EventKind.EXPIRED and not _may_expire(locked, now):
        raise NotAllowedNow("time is left")
    if kind is EventKind.SUBMITTED and not _in_time(locked, now):
        target, kind = SittingState.EXPIRED, EventKind.EXPIRED
    head = append_event(locked, kind, now=now)
    state = fold_answers(e for e in read_events(locked) if e.seq <= head.seq)
    locked.state = target
    locked.closed_at = now
    locked.receipt = receipt_of(locked, state, now)
    locked.save(update_fields=["state", "closed_at", "receipt"])
    transaction.on_commit(partial(tasks.mark_sitting.enqueue, str(locked.public_id)))
    return locked


def _may_expire(sitting: Sitting, now: datetime) -> bool:
    """Time is over; a pause that nobody ended ends with the session."""
    if sitting.state == SittingState.PAUSED:
        return now >= abandoned_at(sitting.session.closes_at)
    return sitting.deadline is not None and may_close(sitting.deadline, now)


def close_overdue_sittings(*, now: datetime) -> tuple[int, list[str]]:
    """Close every sitting whose time is over, one by one.

    One that cannot be closed does not keep the others open; it is named in the second
    part of the answer. Idempotent, and late calls change nothing: the moment of closing
    decides nothing about which answers count.
    """
    closed, failed = 0, []
    overdue = Sitting.objects.overdue(now).select_related("session")
    for sitting in overdue.iterator():
        try:
            expire_sitting(sitting, now=now)
            closed += 1
        except (ExamsError, DatabaseError):
            logger.exception("overdue sitting not closed")
            failed.append(str(sitting.public_id))
    return closed, failed


def verify_receipt(sitting: Sitting) -> bool:
    """Whether answers, form and time still give the receipt that was handed out."""
    closing = [
        event
        for event in read_events(sitting)
        if event.kind in (EventKind.SUBMITTED, EventKind.EXPIRED)
    ]
    if not closing:
        return False
    state = fold_answers(e for e in read_events(sitting) if e.seq <= closing[0].seq)
    return receipt_of(sitting, state, closing[0].at_server) == sitting.receipt
