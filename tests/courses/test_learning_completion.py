"""When a lesson counts as learnt."""

from dataclasses import replace
from typing import Any

import pytest

from courses.rules.completion import (
    Demands,
    LessonFacts,
    LessonGaps,
    course_complete,
    lesson_gaps,
    lesson_percent,
)

ALL_DONE = LessonFacts(
    planned_minutes=10,
    studied_seconds=360,
    self_checks=2,
    self_checks_right=2,
    reached_end=True,
)


def test_lesson_with_nothing_missing_is_learnt() -> None:
    assert lesson_gaps(ALL_DONE, Demands()).learnt
    assert lesson_percent(ALL_DONE, Demands()) == 100


@pytest.mark.parametrize(
    ("change", "gaps"),
    [
        ({"studied_seconds": 359}, LessonGaps(seconds=1)),
        ({"self_checks_right": 1}, LessonGaps(self_checks=1)),
        ({"reached_end": False}, LessonGaps(end_not_reached=True)),
    ],
)
def test_each_demand_alone_keeps_a_lesson_open(
    change: dict[str, Any], gaps: LessonGaps
) -> None:
    facts = replace(ALL_DONE, **change)

    assert lesson_gaps(facts, Demands()) == gaps
    assert lesson_percent(facts, Demands()) < 100


def test_demands_not_made_are_not_missed() -> None:
    lax = Demands(minimum_share=0, self_checks=False, read_to_end=False)
    nothing = LessonFacts(10, 0, 2, 0, reached_end=False)

    assert lesson_gaps(nothing, lax).learnt


@pytest.mark.parametrize(
    ("learnt", "lessons", "seconds", "expected"),
    [
        ({1, 2}, {1, 2}, 600, True),
        ({1}, {1, 2}, 600, False),
        ({1, 2}, {1, 2}, 599, False),
        (set(), set(), 600, False),
        ({1, 2, 3}, {1, 2}, 600, True),
    ],
)
def test_course_needs_every_lesson_and_its_minutes(
    learnt: set[int], lessons: set[int], seconds: int, expected: bool
) -> None:
    demands = Demands(minimum_minutes=10)

    complete = course_complete(frozenset(learnt), frozenset(lessons), seconds, demands)

    assert complete is expected
