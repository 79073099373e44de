"""From events to points."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.data import LoggedEvent, Question
from exams.rules.grading import fold_answers, points_of, score_sitting

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def event(seq, kind, question=1, answer=None):
    payload = {} if answer is None else {"answer": answer}
    return LoggedEvent(seq, kind, question, payload, NOW)


def test_newest_accepted_answer_wins():
    state = fold_answers(
        [event(1, "answered", 1, ["A"]), event(2, "answered", 1, ["B"])]
    )

    assert state.answers == {1: ["B"]}


def test_withdrawn_answer_is_gone_and_flag_stays():
    state = fold_answers(
        [
            event(1, "answered", 1, ["A"]),
            event(2, "flagged"),
            event(3, "cleared"),
        ]
    )

    assert (state.answers, state.flags) == ({}, frozenset({1}))


def test_late_answers_and_server_events_do_not_count():
    state = fold_answers(
        [
            event(1, "opened", None),
            event(2, "submitted", None),
            event(3, "late", 1, ["A"]),
        ]
    )

    assert state.answers == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["answered", "cleared", "flagged", "unflagged"]),
            st.integers(1, 4),
            st.sampled_from("ABCD"),
        ),
        max_size=30,
    ),
    st.randoms(),
)
def test_fold_depends_on_sequence_not_on_reading_order(steps, rng):
    events = [
        event(seq, kind, question, [letter] if kind == "answered" else None)
        for seq, (kind, question, letter) in enumerate(steps, start=1)
    ]
    mixed = list(events)
    rng.shuffle(mixed)

    assert fold_answers(mixed) == fold_answers(events)


@pytest.mark.parametrize(
    ("share", "maximum", "points"),
    [
        (Fraction(1, 3), "2.00", "0.67"),
        (Fraction(1, 2), "0.01", "0.01"),
        (Fraction(2, 3), "1.00", "0.67"),
        (Fraction(-1, 3), "2.00", "-0.67"),
        (Fraction(1), "2.50", "2.50"),
    ],
)
def test_points_are_rounded_half_up_once(share, maximum, points):
    assert points_of(share, Decimal(maximum)) == Decimal(points)


def questions():
    return [
        Question(
            1, "single_choice", Decimal(2), "plans", {}, {"right": ["A"], "of": 4}
        ),
        Question(2, "true_false", Decimal(1), "team", {}, {"truth": True}),
        Question(3, "short_answer", Decimal(5), "team", {}, {"rubric": []}),
    ]


def test_score_adds_up_by_aspect_and_decides():
    state = fold_answers(
        [event(1, "answered", 1, ["A"]), event(2, "answered", 2, True)]
    )

    score = score_sitting(
        questions(), state, rule="all_or_nothing", pass_points=Decimal(3)
    )

    assert (score.points, score.maximum, score.passed) == (3, 8, True)
    assert score.aspects == {"plans": (2, 2), "team": (1, 6)}


def test_score_waits_for_people():
    state = fold_answers([event(1, "answered", 3, "一段话")])

    waiting = score_sitting(
        questions(), state, rule="all_or_nothing", pass_points=Decimal(3)
    )
    marked = score_sitting(
        questions(),
        state,
        rule="all_or_nothing",
        pass_points=Decimal(3),
        marks={3: Decimal("3.5")},
    )

    assert waiting is None
    assert (marked.points, marked.passed) == (Decimal("3.5"), True)


def test_total_below_zero_counts_as_zero():
    state = fold_answers([event(1, "answered", 2, False)])

    score = score_sitting(questions(), state, rule="negative", pass_points=Decimal(1))

    assert (score.points, score.questions[1].points) == (0, -1)
