"""When a lesson counts as learnt and a course as completed.

The demands are data of the course (an organisation may set them); this module only
compares them with what happened. Update docs/algorithms/study-time.md with it.
"""

from __future__ import annotations

from dataclasses import dataclass

RULE = "completion/1"


@dataclass(frozen=True)
class Demands:
    """What a course asks of each of its lessons and of the whole."""

    minimum_share: int = 60
    """Share of a lesson's planned minutes that must really have been studied, in per
    cent."""
    self_checks: bool = True
    """Every self-check of the lesson must have been answered rightly once."""
    read_to_end: bool = True
    """The end of the lesson must have been in view."""
    minimum_minutes: int = 0
    """Study minutes demanded of the course as a whole."""


@dataclass(frozen=True)
class LessonFacts:
    """What happened in one lesson."""

    planned_minutes: int
    studied_seconds: int
    self_checks: int
    self_checks_right: int
    """Self-checks of the present text answered rightly at least once."""
    reached_end: bool


@dataclass(frozen=True)
class LessonGaps:
    """What is still missing in a lesson; nothing missing means learnt."""

    seconds: int = 0
    self_checks: int = 0
    end_not_reached: bool = False

    @property
    def learnt(self) -> bool:
        return not (self.seconds or self.self_checks or self.end_not_reached)


def lesson_gaps(facts: LessonFacts, demands: Demands) -> LessonGaps:
    """Say what a lesson still lacks."""
    demanded = facts.planned_minutes * 60 * demands.minimum_share // 100
    return LessonGaps(
        seconds=max(demanded - facts.studied_seconds, 0),
        self_checks=(
            max(facts.self_checks - facts.self_checks_right, 0)
            if demands.self_checks
            else 0
        ),
        end_not_reached=demands.read_to_end and not facts.reached_end,
    )


def lesson_percent(facts: LessonFacts, demands: Demands) -> int:
    """How far a lesson is, for a progress bar: each demand weighs the same."""
    gaps = lesson_gaps(facts, demands)
    if gaps.learnt:
        return 100
    shares: list[float] = []
    demanded = facts.planned_minutes * 60 * demands.minimum_share // 100
    if demanded:
        shares.append(min(facts.studied_seconds / demanded, 1))
    if demands.self_checks and facts.self_checks:
        shares.append(1 - gaps.self_checks / facts.self_checks)
    if demands.read_to_end:
        shares.append(1 if facts.reached_end else 0)
    return min(int(100 * sum(shares) / len(shares)), 99)


def course_percent(learnt: int, lessons: int, *, completed: bool) -> int:
    """How far a course is, for a progress bar; 100 only once it is completed."""
    if completed:
        return 100
    return min(100 * learnt // lessons, 99) if lessons else 0


def course_complete(
    learnt: frozenset[int], lessons: frozenset[int], seconds: int, demands: Demands
) -> bool:
    """Whether every lesson is learnt and the course's minutes are reached."""
    return (
        bool(lessons) and lessons <= learnt and seconds >= demands.minimum_minutes * 60
    )
