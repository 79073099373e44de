"""Which steps a sitting may take. Update docs/algorithms/sitting.md."""

from __future__ import annotations

from exams.enums import EventKind, SittingState

S = SittingState
K = EventKind

# (from, event) -> to. What is not in the table is not possible.
EDGES: dict[tuple[SittingState, EventKind], SittingState] = {
    (S.READY, K.OPENED): S.IN_PROGRESS,
    (S.IN_PROGRESS, K.PAUSED): S.PAUSED,
    (S.PAUSED, K.RESUMED): S.IN_PROGRESS,
    (S.IN_PROGRESS, K.SUBMITTED): S.SUBMITTED,
    (S.PAUSED, K.SUBMITTED): S.SUBMITTED,
    (S.IN_PROGRESS, K.EXPIRED): S.EXPIRED,
    (S.PAUSED, K.EXPIRED): S.EXPIRED,
    (S.SUBMITTED, K.MARKED): S.MARKED,
    (S.EXPIRED, K.MARKED): S.MARKED,
    (S.MARKED, K.RESCORED): S.MARKED,
    (S.MARKED, K.RELEASED): S.RELEASED,
    (S.READY, K.VOIDED): S.VOID,
    (S.IN_PROGRESS, K.VOIDED): S.VOID,
    (S.PAUSED, K.VOIDED): S.VOID,
    (S.SUBMITTED, K.VOIDED): S.VOID,
    (S.EXPIRED, K.VOIDED): S.VOID,
    (S.MARKED, K.VOIDED): S.VOID,
    (S.RELEASED, K.VOIDED): S.VOID,
}

# A sitting is assigned before it has a form and ready when the form is sealed; that
# step precedes its history and therefore is no event.
TERMINAL = frozenset({S.VOID})


def next_state(state: str, kind: str) -> SittingState | None:
    """Where an event leads, or None when it is not possible."""
    return EDGES.get((SittingState(state), EventKind(kind)))


def sources(kind: EventKind) -> list[SittingState]:
    """The states from which an event is possible."""
    return [state for (state, edge) in EDGES if edge is kind]


def takes_answers(state: str) -> bool:
    """Only a running sitting takes answers; a paused one does not."""
    return state == S.IN_PROGRESS
