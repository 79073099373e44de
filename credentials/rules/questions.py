"""From an AuthZEN question to a question of the register.

Only who, what, where and when is read. What a caller says about the standing of a
person is not even looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credentials.data import Member, Question, Reason, Task
from credentials.protocol.entities import Evaluation
from credentials.rules.decision import ACTIONS
from credentials.rules.reasons import ReasonCode as Code

MAXIMUM_MEMBERS = 20
MAXIMUM_TEXT = 128
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class UnfitQuestionError(Exception):
    """The question cannot be put to the register; carries the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def read_question(evaluation: Evaluation, *, now: datetime) -> Question:
    """Reads one question; raises with the reason when it is unfit."""
    action = evaluation.action.name
    if action not in ACTIONS:
        raise UnfitQuestionError(Reason(Code.ACTION_UNKNOWN))
    place = evaluation.resource.properties
    context = evaluation.context
    if evaluation.subject.type not in ("officer", "team"):
        raise UnfitQuestionError(Reason(Code.UNKNOWN_SUBJECT))
    members = _members(evaluation)
    at = _time(context, "time") or now
    return Question(
        action=action,
        members=members,
        team=ACTIONS[action].team,
        sector=_text(place, "sector"),
        method=_text(evaluation.action.properties, "method"),
        division=_text(place, "division"),
        site=_text(place, "site"),
        inspection=evaluation.resource.id,
        task=_task(place),
        at=at,
        known_at=_time(context, "as_known_at"),
        client_time=_time(context, "client_time"),
        investigators=_investigators(place),
    )


def read_time(value: str) -> datetime:
    """A date and time with offset; seconds may be left out. Raises ValueError."""
    if not TIME.fullmatch(value):
        raise ValueError(value)
    return datetime.fromisoformat(value.upper())


def _members(evaluation: Evaluation) -> tuple[Member, ...]:
    subject = evaluation.subject
    if subject.type == "officer":
        role = _text(subject.properties, "role") or "member"
        return (Member(subject.id, role),)
    listed = subject.properties.get("members")
    if not isinstance(listed, list) or not 0 < len(listed) <= MAXIMUM_MEMBERS:
        raise _incomplete("members")
    return tuple(_member(entry) for entry in listed)


def _member(entry: Any) -> Member:
    if not isinstance(entry, dict) or entry.get("type") != "officer":
        raise _incomplete("members")
    officer_id = _text(entry, "id")
    if not officer_id:
        raise _incomplete("members")
    return Member(officer_id, _text(entry, "role") or "member")


def _task(place: Mapping[str, Any]) -> Task | None:
    task = place.get("task")
    if task is None:
        return None
    if not isinstance(task, dict):
        raise _incomplete("task")
    return Task(
        basis=_text(task, "basis"),
        number=_text(task, "number"),
        approved=task.get("approved") is True,
        assigned_by=_text(task, "assigned_by"),
        announced=task.get("announced", False) is not False,
    )


def _investigators(place: Mapping[str, Any]) -> frozenset[str]:
    listed = place.get("investigators", [])
    if not isinstance(listed, list) or len(listed) > MAXIMUM_MEMBERS:
        raise _incomplete("investigators")
    if not all(isinstance(entry, str) for entry in listed):
        raise _incomplete("investigators")
    return frozenset(listed)


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str) or len(value) > MAXIMUM_TEXT:
        raise _incomplete(name)
    return value


def _time(context: Mapping[str, Any], name: str) -> datetime | None:
    value = context.get(name)
    if value is None:
        return None
    try:
        return read_time(value)
    except (TypeError, ValueError):
        reason = Reason(Code.TIME_UNPARSABLE, details={"member": f"context.{name}"})
        raise UnfitQuestionError(reason) from None


def _incomplete(name: str) -> UnfitQuestionError:
    return UnfitQuestionError(
        Reason(Code.RESOURCE_INCOMPLETE, details={"missing": [name]})
    )
