"""The table of edges has no way back and no way round."""

import pytest

from exams.enums import CLOSED_STATES, EventKind, SittingState
from exams.rules.transitions import EDGES, TERMINAL, next_state, takes_answers


@pytest.mark.parametrize("state", SittingState.values)
@pytest.mark.parametrize("kind", EventKind.values)
def test_closed_sitting_never_opens_again(state, kind):
    target = next_state(state, kind)

    if state in CLOSED_STATES and target is not None:
        assert target in CLOSED_STATES


def test_nothing_leaves_a_terminal_state():
    assert [edge for edge in EDGES if edge[0] in TERMINAL] == []


def test_only_marked_sittings_are_released():
    sources = [state for (state, kind), _ in EDGES.items() if kind == "released"]

    assert sources == [SittingState.MARKED]


@pytest.mark.parametrize("state", SittingState.values)
def test_answers_are_taken_only_in_progress(state):
    assert takes_answers(state) == (state == SittingState.IN_PROGRESS)
