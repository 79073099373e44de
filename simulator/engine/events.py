"""What the candidate does (`Action`) and what the run remembers (`Event`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeAlias

Mode: TypeAlias = Literal["guided", "practice", "exam"]


class Phase(StrEnum):
    """Where a run stands; only forward. SUBMITTED, EXPIRED and VOID are ends."""

    ASSIGNED = "ASSIGNED"
    PREPARE = "PREPARE"
    TRAVEL = "TRAVEL"
    ONSITE = "ONSITE"
    HANDLE = "HANDLE"
    PENALTY = "PENALTY"
    REINSPECT = "REINSPECT"
    CLOSE = "CLOSE"
    SUBMITTED = "SUBMITTED"
    EXPIRED = "EXPIRED"
    VOID = "VOID"


LIVE_PHASES = frozenset(
    {
        Phase.PREPARE, Phase.TRAVEL, Phase.ONSITE, Phase.HANDLE, Phase.PENALTY,
        Phase.REINSPECT, Phase.CLOSE,
    }
)  # fmt: skip
END_PHASES = frozenset({Phase.SUBMITTED, Phase.EXPIRED, Phase.VOID})
OFFICE_PHASES = frozenset(
    {Phase.HANDLE, Phase.PENALTY, Phase.REINSPECT, Phase.CLOSE}
)  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """A sentence for people: an English msgid with named parameters.

    The engine knows no Django; whoever shows it translates `text` and fills in
    `params`. Texts that stand in the case or the profile come with `text` as is.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text


@dataclass(frozen=True)
class Action:
    """One thing the candidate wants to do. Verbs are those of the design."""

    verb: str
    object_id: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    client_event_id: str = ""


@dataclass(frozen=True)
class EventDraft:
    """An event before the log gave it a number."""

    verb: str
    object_type: str
    object_id: str
    payload: Mapping[str, Any]
    cost_min: int
    sim_clock: dt.datetime
    phase: Phase


@dataclass(frozen=True)
class Event:
    """One remembered fact. `phase` is the phase the act was done in."""

    seq: int
    verb: str
    object_type: str
    object_id: str
    payload: Mapping[str, Any]
    cost_min: int
    sim_clock: dt.datetime
    phase: Phase
    client_event_id: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Message:
    """Something said to the candidate: what is seen, answered or happens.

    kind: seen (looking, reading, trying), answer (a person), incident,
    consequence (practice mode only: what the act led to).
    """

    kind: Literal["seen", "answer", "incident", "consequence"]
    phrase: Phrase
    who: str = ""


@dataclass(frozen=True)
class Caution:
    """Guided mode: the act would be a fault; repeat it with `confirmed: true`."""

    code: str
    phrase: Phrase


@dataclass(frozen=True)
class Refusal:
    """The act is physically impossible here (or not understood). Nothing happens."""

    code: str
    phrase: Phrase


@dataclass(frozen=True)
class Outcome:
    """What `apply` answers: the events to remember and what to tell the candidate."""

    events: tuple[EventDraft, ...] = ()
    said: tuple[Message, ...] = ()
    warning: Caution | None = None
    refused: Refusal | None = None


def number(
    draft: EventDraft,
    seq: int,
    *,
    client_event_id: str = "",
    at: dt.datetime | None = None,
) -> Event:
    """The draft as an event of the log."""
    return Event(
        seq, draft.verb, draft.object_type, draft.object_id, draft.payload,
        draft.cost_min, draft.sim_clock, draft.phase, client_event_id, at,
    )  # fmt: skip
