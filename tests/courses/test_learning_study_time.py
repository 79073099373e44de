"""The study-time rule holds for every sequence of beats one can think of."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.rules.study_time import (
    IDLE_AFTER,
    MAX_GAP,
    NOTHING,
    Beat,
    StudyState,
    apply_beat,
    fold_beats,
)

patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""Forty beats with six facts each take a busy machine its time to invent."""

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def beat(number: int, seconds: float, stream: str = "a", **facts: Any) -> Beat:
    defaults: dict[str, Any] = {
        "activity": "lesson",
        "visible": True,
        "acted": True,
        "recording": "",
        "recording_at": 0.0,
    }
    return Beat(
        number=number,
        stream=stream,
        at=START + timedelta(seconds=seconds),
        **(defaults | facts),
    )


@st.composite
def honest_beats(draw: st.DrawFn) -> list[Beat]:
    """Beats of up to three windows in server order, any gaps, any claims."""
    at = 0.0
    beats = []
    for number in range(1, draw(st.integers(1, 40)) + 1):
        at += draw(st.integers(0, 4000)) / 10
        stream = draw(st.sampled_from("abc"))
        beats.append(
            beat(
                number,
                at,
                stream,
                activity=f"lesson-{stream}",
                visible=draw(st.booleans()),
                acted=draw(st.booleans()),
                recording=draw(st.sampled_from(["", "film", "tape"])),
                recording_at=draw(st.integers(-5, 100_000)),
            )
        )
    return beats


@patient
@given(honest_beats())
def test_time_never_exceeds_what_really_passed(beats: list[Beat]) -> None:
    elapsed = beats[-1].at - beats[0].at

    assert NOTHING <= fold_beats(beats).total <= elapsed


@patient
@given(honest_beats(), st.randoms())
def test_order_of_arrival_changes_nothing(beats: list[Beat], random: object) -> None:
    shuffled = list(beats)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert fold_beats(shuffled) == fold_beats(beats)


@patient
@given(honest_beats(), st.data())
def test_replayed_beats_change_nothing(beats: list[Beat], data: st.DataObject) -> None:
    replayed = data.draw(st.lists(st.sampled_from(beats), max_size=20))

    assert fold_beats(beats + replayed) == fold_beats(beats)


@patient
@given(honest_beats())
def test_folding_one_by_one_equals_folding_all(beats: list[Beat]) -> None:
    state = StudyState()
    for one in beats:
        state = apply_beat(state, one)

    assert state == fold_beats(beats)


@patient
@given(honest_beats())
def test_a_second_device_saying_the_same_adds_nothing(beats: list[Beat]) -> None:
    doubled: list[Beat] = []
    for one in beats:
        for twin in ("", "-twin"):
            doubled.append(
                Beat(
                    number=len(doubled) + 1,
                    stream=one.stream + twin,
                    activity=one.activity,
                    at=one.at,
                    visible=one.visible,
                    acted=one.acted,
                    recording=one.recording,
                    recording_at=one.recording_at,
                )
            )

    assert fold_beats(doubled).total <= fold_beats(beats).total


@given(
    st.lists(st.tuples(st.floats(-4000, 4000), st.booleans()), min_size=1, max_size=30)
)
def test_clock_steps_credit_no_more_than_the_gap_limit(
    steps: list[tuple[float, bool]],
) -> None:
    at = 0.0
    beats = []
    for number, (step, acted) in enumerate(steps, start=1):
        at += step
        beats.append(beat(number, at, acted=acted))

    assert fold_beats(beats).total <= MAX_GAP * len(beats)
    span = max(one.at for one in beats) - min(one.at for one in beats)
    assert fold_beats(beats).total <= span


def test_steady_reading_counts_in_full() -> None:
    beats = [beat(n, 30 * n) for n in range(1, 21)]

    assert fold_beats(beats).total == timedelta(seconds=30 * 19)


def test_first_beat_of_a_window_counts_nothing() -> None:
    assert fold_beats([beat(1, 1000)]).total == NOTHING


def test_hidden_window_counts_nothing() -> None:
    beats = [beat(1, 0), beat(2, 30, visible=False), beat(3, 60)]

    assert fold_beats(beats).total == timedelta(seconds=30)


def test_idle_time_stops_after_three_minutes() -> None:
    beats = [beat(1, 0), *(beat(n, 60 * (n - 1), acted=False) for n in range(2, 12))]

    assert fold_beats(beats).total == IDLE_AFTER


def test_coming_back_after_idling_counts_again() -> None:
    idle = [beat(n, 60 * (n - 1), acted=n == 1) for n in range(1, 9)]
    back = [beat(9, 480, acted=True), beat(10, 510, acted=True)]

    assert fold_beats(idle + back).total == IDLE_AFTER + timedelta(seconds=60 + 30)


def test_long_silence_is_not_bridged() -> None:
    beats = [beat(1, 0), beat(2, 91), beat(3, 121)]

    assert fold_beats(beats).total == timedelta(seconds=30)


def test_two_devices_side_by_side_count_once() -> None:
    beats = [
        beat(1, 0, "phone", activity="x"),
        beat(2, 1, "desk", activity="y"),
        beat(3, 60, "phone", activity="x"),
        beat(4, 61, "desk", activity="y"),
    ]

    state = fold_beats(beats)

    assert state.credits == {"x": timedelta(seconds=60), "y": timedelta(seconds=1)}


def film(number: int, seconds: float, place: float) -> Beat:
    """Nobody moves; the film is at this second."""
    return beat(number, seconds, acted=False, recording="film", recording_at=place)


def test_recording_counts_what_was_played() -> None:
    beats = [film(1, 0, 0), film(2, 30, 12), film(3, 60, 42)]

    assert fold_beats(beats).total == timedelta(seconds=12 + 30)


def test_watching_is_not_idling() -> None:
    beats = [film(n, 60 * n, 60 * n) for n in range(1, 21)]

    assert fold_beats(beats).total == timedelta(minutes=19)


@pytest.mark.parametrize(
    ("place", "why"),
    [(10, "it stands still"), (3, "moved back"), (73, "faster than it can run")],
)
def test_place_that_was_not_played_to_counts_nothing(place: float, why: str) -> None:
    assert fold_beats([film(1, 0, 10), film(2, 30, place)]).total == NOTHING


def test_double_speed_counts_the_time_that_passed() -> None:
    assert fold_beats([film(1, 0, 0), film(2, 30, 60)]).total == timedelta(seconds=30)


def test_reading_before_the_film_starts_counts_as_reading() -> None:
    assert fold_beats([beat(1, 0), film(2, 20, 0)]).total == timedelta(seconds=20)


@given(st.lists(st.tuples(st.floats(0.1, 90), st.floats(0, 10_000)), max_size=30))
def test_film_never_counts_more_than_its_way(steps: list[tuple[float, float]]) -> None:
    at = 0.0
    beats = [film(1, 0, 0)]
    for number, (step, place) in enumerate(steps, start=2):
        at += step
        beats.append(film(number, at, place))
    way = sum(
        max(after.recording_at - before.recording_at, 0)
        for before, after in pairwise(beats)
    )

    assert fold_beats(beats).total <= timedelta(seconds=way) + timedelta(milliseconds=1)
