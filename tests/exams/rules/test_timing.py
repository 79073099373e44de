"""The clock is a sum."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.rules.timing import (
    GRACE,
    accepts,
    base_seconds,
    deadline,
    is_over,
    may_close,
    pause_seconds,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("minutes", "left", "seconds"), [(120, 180, 7200), (120, 90, 5400), (120, -5, 0)]
)
def test_base_is_cut_by_the_end_of_the_session(minutes, left, seconds):
    assert base_seconds(minutes, NOON, NOON + timedelta(minutes=left)) == seconds


@given(st.lists(st.integers(0, 7200)))
def test_deadline_does_not_depend_on_the_order_of_entries(seconds):
    assert deadline(NOON, seconds) == deadline(NOON, sorted(seconds))


@pytest.mark.parametrize(
    ("offset", "over", "counts", "closes"),
    [
        (-SECOND, False, True, False),
        (0 * SECOND, True, True, False),
        (GRACE - SECOND, True, True, False),
        (GRACE, True, False, True),
    ],
)
def test_last_second_counts_and_never_meets_the_close(offset, over, counts, closes):
    now = NOON + offset

    assert (is_over(NOON, now), accepts(NOON, now), may_close(NOON, now)) == (
        over,
        counts,
        closes,
    )


@pytest.mark.parametrize(("lasted", "given"), [(0, 0), (0.2, 1), (60, 60), (60.5, 61)])
def test_pause_gives_back_at_least_what_it_took(lasted, given):
    assert pause_seconds(NOON, NOON + timedelta(seconds=lasted)) == given
