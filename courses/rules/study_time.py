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
* with a recording running, only as far as its place moved on, and nothing when the place
  jumped: the server sees the place at every beat and times the way between two of them.

Update docs/algorithms/study-time.md when a line of this changes, and raise the version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

RULE = "study-time/2"
MAX_GAP = timedelta(seconds=90)
IDLE_AFTER = timedelta(minutes=3)
FASTEST_PLAYBACK = 2
PLAYBACK_SLACK = 2.0
"""Seconds a place may be ahead of the clock without counting as a jump."""
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Beat:
    """One sign of life of one reading window, as the server saw it.

    ``number`` is the person's own counter of beats, given out by the server; ``at`` is
    the server's time. ``visible``: the window was in front ever since its last beat.
    ``acted``: somebody scrolled, typed or touched since then. ``recording``: the one
    that runs or ran since then, empty when none did; ``recording_at``: the second of it
    that was reached.
    """

    number: int
    stream: str
    activity: str
    at: datetime
    visible: bool
    acted: bool
    recording: str = ""
    recording_at: float = 0.0


@dataclass(frozen=True)
class StreamState:
    """Where one reading window stands."""

    beat_at: datetime
    active_at: datetime
    recording: str = ""
    recording_at: float = 0.0


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
        opened = StreamState(beat.at, beat.at, beat.recording, beat.recording_at)
        return Credit(beat.at, beat.at, opened)

    played = time_played(beat, stream)
    lively = beat.acted or bool(played)
    active_at = max(beat.at, stream.active_at) if lively else stream.active_at
    after = StreamState(beat.at, active_at, beat.recording, beat.recording_at)
    gap = beat.at - stream.beat_at
    if not beat.visible or gap <= NOTHING or gap > MAX_GAP:
        return Credit(beat.at, beat.at, after)

    start = stream.beat_at
    until = beat.at
    if played is not None:
        start = until - played
    elif not beat.acted:
        until = min(until, stream.active_at + IDLE_AFTER)
    if credited_until is not None:
        start = max(start, credited_until)
    if until <= start:
        return Credit(beat.at, beat.at, after)
    return Credit(start, until, after)


def time_played(beat: Beat, stream: StreamState) -> timedelta | None:
    """How long a recording ran since the window's last beat, by its place and the clock.

    None when nothing was playing at the beat before: that time was reading. A place that
    went back, or forward faster than a recording can run, was moved by hand: nothing.
    """
    if not beat.recording or beat.recording != stream.recording:
        return None
    gap = (beat.at - stream.beat_at).total_seconds()
    moved_on = beat.recording_at - stream.recording_at
    if gap <= 0 or not 0 < moved_on <= gap * FASTEST_PLAYBACK + PLAYBACK_SLACK:
        return NOTHING
    return timedelta(seconds=min(moved_on, gap))


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
