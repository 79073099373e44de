"""The study-time rule: how heartbeats become hours.

The rule has a name and a version, because a qualification rests on its result and
anybody must be able to compute that result again from the stored beats. It is a fold:
beats are taken in the order in which the server numbered them, each one credits at
most the time since the beat before it in the same reading window, and no instant of a
person's life is ever credited twice, however many devices are open.

What a beat may credit:

* only time on the server's clock; the browser's clock is never asked;
* nothing, if the window was hidden at any moment since its previous beat;
* nothing, if the previous beat lies further back than ``MAX_GAP`` (a closed laptop, a
  lost connection, a server clock that jumped forward);
* nothing after three minutes without a sign of life (``IDLE_AFTER``);
* with a recording running, only the seconds that were really played.

Update docs/algorithms/study-time.md when a line of this changes, and raise the version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

RULE = "study-time/1"
MAX_GAP = timedelta(seconds=90)
IDLE_AFTER = timedelta(minutes=3)
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Beat:
    """One sign of life of one reading window, as the server saw it.

    ``number`` is the person's own counter of beats, given out by the server; ``at`` is
    the server's time. ``visible``: the window was in front ever since its last beat.
    ``acted``: somebody scrolled, typed or touched since then. ``played``: seconds of a
    recording that ran since then, None when no recording was running.
    """

    number: int
    stream: str
    activity: str
    at: datetime
    visible: bool
    acted: bool
    played: int | None = None


@dataclass(frozen=True)
class StreamState:
    """Where one reading window stands."""

    beat_at: datetime
    active_at: datetime


@dataclass(frozen=True)
class StudyState:
    """All the fold remembers of one person."""

    number: int = 0
    credited_until: datetime | None = None
    streams: dict[str, StreamState] = field(default_factory=dict)
    credits: dict[str, timedelta] = field(default_factory=dict)

    @property
    def total(self) -> timedelta:
        return sum(self.credits.values(), NOTHING)


@dataclass(frozen=True)
class Credit:
    """What one beat did: the span it credited and the state of its window after it."""

    start: datetime
    until: datetime
    stream: StreamState

    @property
    def duration(self) -> timedelta:
        return self.until - self.start


def credit_beat(
    beat: Beat, stream: StreamState | None, credited_until: datetime | None
) -> Credit:
    """Say which span of time this beat credits.

    The first beat of a window opens it and credits nothing. The span ends when the
    person stopped showing signs of life and begins no earlier than the last instant
    already credited to this person on any device.
    """
    if stream is None:
        return Credit(beat.at, beat.at, StreamState(beat.at, beat.at))

    lively = beat.acted or bool(beat.played)
    active_at = max(beat.at, stream.active_at) if lively else stream.active_at
    after = StreamState(beat_at=beat.at, active_at=active_at)
    gap = beat.at - stream.beat_at
    if not beat.visible or gap <= NOTHING or gap > MAX_GAP:
        return Credit(beat.at, beat.at, after)

    start = stream.beat_at
    until = beat.at
    if beat.played is not None:
        start = max(start, until - timedelta(seconds=max(beat.played, 0)))
    elif not beat.acted:
        until = min(until, stream.active_at + IDLE_AFTER)
    if credited_until is not None:
        start = max(start, credited_until)
    if until <= start:
        return Credit(beat.at, beat.at, after)
    return Credit(start, until, after)


def apply_beat(state: StudyState, beat: Beat) -> StudyState:
    """Fold one more beat into the state; a number already seen changes nothing."""
    if beat.number <= state.number:
        return state
    credit = credit_beat(beat, state.streams.get(beat.stream), state.credited_until)
    earned = dict(state.credits)
    credited_until = state.credited_until
    if credit.duration > NOTHING:
        earned[beat.activity] = earned.get(beat.activity, NOTHING) + credit.duration
        credited_until = credit.until
    return replace(
        state,
        number=beat.number,
        credited_until=credited_until,
        streams=state.streams | {beat.stream: credit.stream},
        credits=earned,
    )


def fold_beats(beats: Iterable[Beat]) -> StudyState:
    """Compute a person's study time from all beats, in whatever order they are given."""
    state = StudyState()
    for beat in sorted(beats, key=lambda beat: beat.number):
        state = apply_beat(state, beat)
    return state
