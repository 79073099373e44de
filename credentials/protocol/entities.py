"""The information model: subject, action, resource, context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.protocol.errors import bad_request

Members = Mapping[str, Any]
MAXIMUM_ID = 256


@dataclass(frozen=True, slots=True)
class Entity:
    """A subject or a resource; ``id`` is empty only where a search looks for it."""

    type: str
    id: str
    properties: Members = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done."""

    name: str
    properties: Members = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One access question."""

    subject: Entity
    action: Action
    resource: Entity
    context: Members


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a policy to one question."""

    decision: bool
    context: Members | None = None

    def as_json(self) -> dict[str, Any]:
        """The decision object of the wire."""
        if self.context is None:
            return {"decision": self.decision}
        return {"decision": self.decision, "context": dict(self.context)}


def parse_entity(value: Any, name: str, *, searched: bool = False) -> Entity:
    """Reads a subject or resource; the id of the searched one is ignored."""
    members = _object(value, name)
    found_type = _text(members, "type", name)
    identity = "" if searched else _text(members, "id", name)
    return Entity(found_type, identity, _properties(members, name))


def parse_action(value: Any) -> Action:
    """Reads an action."""
    members = _object(value, "action")
    return Action(_text(members, "name", "action"), _properties(members, "action"))


def parse_context(document: Members) -> Members:
    """Reads the optional context, which must be an object."""
    if "context" not in document:
        return {}
    return _object(document["context"], "context")


def parse_evaluation(document: Members) -> Evaluation:
    """Reads one complete question."""
    return Evaluation(
        parse_entity(document.get("subject"), "subject"),
        parse_action(document.get("action")),
        parse_entity(document.get("resource"), "resource"),
        parse_context(document),
    )


def _object(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        raise bad_request(f"The member {name} is missing.")
    if not isinstance(value, dict):
        raise bad_request(f"The member {name} must be an object.")
    return value


def _text(members: Members, key: str, name: str) -> str:
    value = members.get(key)
    if value is None:
        raise bad_request(f"The member {name}.{key} is missing.")
    if not isinstance(value, str):
        raise bad_request(f"The member {name}.{key} must be a string.")
    if not value or len(value) > MAXIMUM_ID:
        raise bad_request(f"The member {name}.{key} is empty or too long.")
    return value


def _properties(members: Members, name: str) -> Members:
    value = members.get("properties")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"The member {name}.properties must be an object.")
    return value
