"""What an invigilator sees of a session, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Sum

from accounts.models import Membership
from exams.enums import (
    ANSWER_KINDS,
    CLOSED_STATES,
    OPEN_STATES,
    ClockKind,
    EventKind,
    SittingState,
)
from exams.models import (
    ClockEntry,
    FormItem,
    Session,
    Sitting,
    SittingEvent,
    TimeRequest,
    VoidProposal,
)

OFFLINE_AFTER = timedelta(seconds=75)
LEFT_OFTEN = 3
LOG_LENGTH = 14
TOLD = (
    EventKind.OPENED,
    EventKind.PAUSED,
    EventKind.RESUMED,
    EventKind.TIME_ADDED,
    EventKind.DEVICE_CHANGED,
    EventKind.SUBMITTED,
    EventKind.EXPIRED,
    EventKind.VOIDED,
)


@dataclass(frozen=True)
class Seat:
    """One row of the console."""

    sitting: Sitting
    organisation: str
    answered: int
    questions: int
    last_saved: datetime | None
    focus_lost: int
    added_minutes: int
    is_offline: bool
    proposal: VoidProposal | None
    asked: TimeRequest | None

    @property
    def kind(self) -> str:
        """The state as the console sorts it."""
        if self.is_offline:
            return "offline"
        if self.sitting.state in (SittingState.ASSIGNED, SittingState.READY):
            return "absent"
        if self.sitting.state in OPEN_STATES:
            return str(self.sitting.state)
        return "void" if self.sitting.state == SittingState.VOID else "closed"

    @property
    def left_often(self) -> bool:
        """Left the page repeatedly: a hint to look, never a score."""
        is_open = self.sitting.state in OPEN_STATES
        return is_open and self.focus_lost >= LEFT_OFTEN

    @property
    def needs_hand(self) -> bool:
        """Something an invigilator should look at."""
        waits = self.proposal is not None or self.asked is not None
        return waits or self.is_offline or self.left_often


@dataclass(frozen=True)
class Happening:
    """One line of the log."""

    at: datetime
    kind: str
    seat: str
    text: str


def room_seats(session: Session, now: datetime) -> list[Seat]:
    """Every seat of a session, in eight queries whatever the size of the room."""
    sittings = list(session.sittings.select_related("candidate").order_by("seat"))
    saved, left = _tallies(session)
    answered = _answered(session)
    added = _added_seconds(session)
    questions = dict(
        FormItem.objects.filter(form__sittings__session=session)
        .values_list("form")
        .annotate(n=Count("position", distinct=True))
        .order_by()
    )
    proposals = {
        proposal.sitting_id: proposal
        for proposal in VoidProposal.objects.filter(
            sitting__session=session, decided_at__isnull=True
        ).select_related("proposed_by")
    }
    asked = {
        request.sitting_id: request
        for request in TimeRequest.objects.filter(
            sitting__session=session, decided_at__isnull=True
        )
    }
    bodies = dict(
        Membership.objects.on(now.date())
        .filter(user__sittings__session=session)
        .values_list("user", "organisation__name")
    )
    return [
        Seat(
            sitting=sitting,
            organisation=bodies.get(sitting.candidate_id, ""),
            answered=answered[sitting.pk],
            questions=questions.get(sitting.form_id, 0),
            last_saved=saved.get(sitting.pk),
            focus_lost=left.get(sitting.pk, 0),
            added_minutes=round(added.get(sitting.pk, 0) / 60),
            is_offline=_is_offline(sitting, saved.get(sitting.pk), now),
            proposal=proposals.get(sitting.pk),
            asked=asked.get(sitting.pk) if sitting.state in OPEN_STATES else None,
        )
        for sitting in sittings
    ]


def _is_offline(sitting: Sitting, saved: datetime | None, now: datetime) -> bool:
    """Neither a save nor a sign of life for a while, in a running sitting."""
    if sitting.state != SittingState.IN_PROGRESS:
        return False
    signs = [at for at in (sitting.last_seen_at, saved, sitting.opened_at) if at]
    return bool(signs) and now - max(signs) > OFFLINE_AFTER


def _tallies(session: Session) -> tuple[dict[int, datetime], dict[int, int]]:
    rows = (
        SittingEvent.objects.filter(sitting__session=session)
        .values_list("sitting")
        .annotate(
            saved=Max("at_server", filter=~Q(client_id="server")),
            left=Count("pk", filter=Q(kind=EventKind.FOCUS_LOST)),
        )
        .order_by()
    )
    found = list(rows)
    return (
        {pk: saved for pk, saved, _ in found if saved},
        {pk: left for pk, _, left in found},
    )


def _answered(session: Session) -> Counter[int]:
    """Questions whose last word is an answer, by sitting."""
    rows = (
        SittingEvent.objects.filter(
            sitting__session=session, kind__in=sorted(ANSWER_KINDS)
        )
        .values_list("sitting", "question")
        .annotate(
            given=Max("seq", filter=Q(kind=EventKind.ANSWERED)),
            taken=Max("seq", filter=Q(kind=EventKind.CLEARED)),
        )
        .order_by()
    )
    return Counter(pk for pk, _, given, taken in rows if (given or 0) > (taken or 0))


def _added_seconds(session: Session) -> dict[int, int]:
    return dict(
        ClockEntry.objects.filter(sitting__session=session)
        .exclude(kind__in=[ClockKind.BASE, ClockKind.PAUSE])
        .values_list("sitting")
        .annotate(total=Sum("seconds"))
        .order_by()
    )


def room_counts(seats: list[Seat]) -> dict[str, int]:
    """The figures at the head of the console."""
    return {
        "expected": len(seats),
        "sitting": sum(s.sitting.state in OPEN_STATES for s in seats),
        "closed": sum(s.sitting.state in CLOSED_STATES for s in seats),
        "absent": sum(s.kind == "absent" for s in seats),
        "offline": sum(s.is_offline for s in seats),
        "hands": sum(s.needs_hand for s in seats),
    }


def room_log(session: Session) -> list[Happening]:
    """The last things that happened, newest first; answers are not among them."""
    events = (
        SittingEvent.objects.filter(sitting__session=session, kind__in=TOLD)
        .select_related("sitting")
        .order_by("-at_server", "-pk")[:LOG_LENGTH]
    )
    log = [
        Happening(
            at=event.at_server,
            kind=event.kind,
            seat=event.sitting.seat,
            text=f"{EventKind(event.kind).label} {event.payload.get('reason', '')}",
        )
        for event in events
    ]
    notes = session.notes.select_related("sitting").order_by("-at")[:LOG_LENGTH]
    log += [
        Happening(
            at=note.at,
            kind="message" if note.is_message else "note",
            seat=note.sitting.seat if note.sitting else "",
            text=note.text,
        )
        for note in notes
    ]
    return sorted(log, key=lambda line: line.at, reverse=True)[:LOG_LENGTH]


def room_signature(session_pk: int) -> str:
    """Changes whenever something in the room changed; one small query each."""
    last = SittingEvent.objects.filter(sitting__session=session_pk).aggregate(
        last=Max("pk")
    )
    sittings = Sitting.objects.filter(session=session_pk).values_list(
        "state", flat=True
    )
    more = Session.objects.filter(pk=session_pk).aggregate(
        notes=Max("notes"),
        asked=Max("sittings__time_requests"),
        voids=Max("sittings__void_proposals"),
    )
    told = "-".join(str(value) for value in (*last.values(), *more.values()))
    return f"{told}-{hash(tuple(sittings))}"


def clock_lines(session: Session) -> list[dict[str, object]]:
    """The clock ledger of a session, equal lines of several seats in one."""
    entries = (
        ClockEntry.objects.filter(sitting__session=session)
        .exclude(kind__in=[ClockKind.BASE])
        .values("kind", "seconds", "reason", "by__name")
        .annotate(n=Count("pk"), seat=Max("sitting__seat"), at=Max("at"))
        .order_by("at")
    )
    return [
        {
            "label": ClockKind(row["kind"]).label,
            "minutes": round(row["seconds"] / 60, 1),
            "reason": row["reason"],
            "by": row["by__name"] or "",
            "seats": row["n"],
            "seat": row["seat"],
        }
        for row in entries
    ]
