"""From events to a score, by nothing but events and key. Update docs/algorithms/grading.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from exams.data import AnswerState, LoggedEvent, Question, QuestionScore, SittingScore
from exams.enums import EventKind
from exams.question_types import QUESTION_TYPES

CENT = Decimal("0.01")


def fold_answers(events: Iterable[LoggedEvent]) -> AnswerState:
    """The last accepted word on every question, and the flags.

    Events count in the order of the server's sequence: newest accepted wins, from
    whichever tab or device it came.
    """
    answers: dict[int, object] = {}
    flags: set[int] = set()
    for event in sorted(events, key=lambda event: event.seq):
        if event.question is None:
            continue
        if event.kind == EventKind.ANSWERED:
            answers[event.question] = event.payload["answer"]
        elif event.kind == EventKind.CLEARED:
            answers.pop(event.question, None)
        elif event.kind == EventKind.FLAGGED:
            flags.add(event.question)
        elif event.kind == EventKind.UNFLAGGED:
            flags.discard(event.question)
    return AnswerState(answers=answers, flags=frozenset(flags))


def points_of(share: Fraction, maximum: Decimal) -> Decimal:
    """Points for a share, rounded half up to the cent once and at the end."""
    exact = share * Fraction(maximum)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def score_question(
    question: Question, answer: object, rule: str
) -> QuestionScore | None:
    """What one question earned; None when a person has to mark it."""
    share = QUESTION_TYPES[question.type].grade(answer, question.key, rule)
    if share is None:
        return None
    return QuestionScore(
        position=question.position,
        points=points_of(share, question.points),
        maximum=question.points,
        aspect=question.aspect,
        answered=answer is not None,
    )


def score_sitting(
    questions: Iterable[Question],
    state: AnswerState,
    *,
    rule: str,
    pass_points: Decimal,
    marks: dict[int, Decimal] | None = None,
) -> SittingScore | None:
    """The score of a sitting; None while a question still waits for people.

    A total below zero (negative marking) counts as zero; questions keep their own
    negative points so that the report adds up.
    """
    scored: list[QuestionScore] = []
    for question in questions:
        answer = state.answers.get(question.position)
        score = score_question(question, answer, rule)
        if score is None:
            mark = (marks or {}).get(question.position)
            if mark is None:
                return None
            score = QuestionScore(
                question.position, mark, question.points, question.aspect, answered=True
            )
        scored.append(score)
    return total_score(scored, pass_points)


def total_score(scored: list[QuestionScore], pass_points: Decimal) -> SittingScore:
    """Sum of the questions, whole and by aspect, and whether it passes."""
    points = max(Decimal(0), sum((s.points for s in scored), Decimal(0)))
    maximum = sum((s.maximum for s in scored), Decimal(0))
    aspects: dict[str, tuple[Decimal, Decimal]] = defaultdict(
        lambda: (Decimal(0), Decimal(0))
    )
    for score in scored:
        earned, possible = aspects[score.aspect]
        aspects[score.aspect] = (earned + score.points, possible + score.maximum)
    return SittingScore(
        points=points,
        maximum=maximum,
        passed=points >= pass_points,
        questions=tuple(scored),
        aspects=dict(sorted(aspects.items())),
    )
