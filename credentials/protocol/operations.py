"""The five operations: how a request is read and a policy is asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from credentials.protocol.decode import JsonObject
from credentials.protocol.entities import (
    Action,
    Answer,
    Entity,
    Evaluation,
    Members,
    parse_action,
    parse_context,
    parse_entity,
    parse_evaluation,
)
from credentials.protocol.errors import ProtocolError, bad_request

MAXIMUM_EVALUATIONS = 100
PAGE_LIMIT = 100


class Semantic(StrEnum):
    """When a batch of questions may stop."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"


@dataclass(frozen=True, slots=True)
class Search:
    """A search: the member that is ``None`` or has no id is the one looked for."""

    wanted: str
    subject: Entity
    action: Action | None
    resource: Entity
    context: Members


class Policy(Protocol):
    """What the protocol asks; it never looks behind it.

    ``search`` yields entities or action names in a stable order, starting after
    ``after``; ``state`` changes whenever an earlier page may have become wrong.
    """

    page_key: bytes

    @property
    def state(self) -> str: ...

    def evaluate(self, evaluation: Evaluation) -> Answer: ...

    def search(self, search: Search, after: str) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A request for decisions; an item may be an error of its own."""

    items: tuple[Evaluation | ProtocolError, ...]
    semantic: Semantic
    single: bool

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The items that could be read."""
        return tuple(item for item in self.items if isinstance(item, Evaluation))

    def run(self, policy: Policy) -> JsonObject:
        """Asks in order, each failure isolated; stops as the semantic says."""
        if self.single:
            return _ask(policy, self.items[0]).as_json()
        results = []
        for item in self.items:
            answer = _ask(policy, item)
            results.append(answer.as_json())
            if self.semantic is Semantic.DENY_ON_FIRST_DENY and not answer.decision:
                break
            if self.semantic is Semantic.PERMIT_ON_FIRST_PERMIT and answer.decision:
                break
        return {"evaluations": results}


@dataclass(frozen=True, slots=True)
class PagedSearch:
    """A search request with its page."""

    search: Search
    limit: int
    token: str
    fingerprint: str

    def run(self, policy: Policy) -> JsonObject:
        """One page of results; a tampered or outdated token is an error."""
        after = ""
        if self.token:
            after = _open_token(self.token, self.fingerprint, policy)
        found: list[str] = []
        more = False
        for identity in policy.search(self.search, after):
            if len(found) == self.limit:
                more = True
                break
            found.append(identity)
        token = _make_token(found[-1], self.fingerprint, policy) if more else ""
        return {
            "results": [self._result(identity) for identity in found],
            "page": {"next_token": token, "count": len(found)},
        }

    def _result(self, identity: str) -> JsonObject:
        if self.search.wanted == "action":
            return {"name": identity}
        wanted = (
            self.search.subject
            if self.search.wanted == "subject"
            else self.search.resource
        )
        return {"type": wanted.type, "id": identity}


Operation = Batch | PagedSearch


def parse_operation(name: str, document: JsonObject) -> Operation:
    """Reads the request of an endpoint; ``name`` is its last path segment."""
    if name == "evaluation":
        return Batch((parse_evaluation(document),), Semantic.EXECUTE_ALL, single=True)
    if name == "evaluations":
        return parse_evaluations(document)
    return parse_search(name, document)


def parse_evaluations(document: JsonObject) -> Batch:
    """Reads a batch: top-level members are defaults for whole members of items.

    A type or id missing from an item's own subject or resource is taken from the
    default one; properties are never merged.
    """
    listed = document.get("evaluations")
    if listed is None or listed == []:
        return Batch((parse_evaluation(document),), Semantic.EXECUTE_ALL, single=True)
    if not isinstance(listed, list):
        raise bad_request("The member evaluations must be an array.")
    if len(listed) > MAXIMUM_EVALUATIONS:
        raise bad_request("The member evaluations is too long.")
    for name in ("subject", "action", "resource", "context"):
        if not isinstance(document.get(name, {}), dict):
            raise bad_request(f"The member {name} must be an object.")
    semantic = _semantic(document)
    return Batch(
        tuple(_item(entry, document) for entry in listed), semantic, single=False
    )


def parse_search(wanted: str, document: JsonObject) -> PagedSearch:
    """Reads a search; the id of what is looked for is ignored when present."""
    search = Search(
        wanted,
        parse_entity(document.get("subject"), "subject", searched=wanted == "subject"),
        None if wanted == "action" else parse_action(document.get("action")),
        parse_entity(
            document.get("resource"), "resource", searched=wanted == "resource"
        ),
        parse_context(document),
    )
    page = document.get("page", {})
    if not isinstance(page, dict):
        raise bad_request("The member page must be an object.")
    limit = page.get("limit", PAGE_LIMIT)
    if type(limit) is not int or limit < 1:
        raise bad_request("The member page.limit must be a positive integer.")
    token = page.get("token", "")
    if not isinstance(token, str):
        raise bad_request("The member page.token must be a string.")
    return PagedSearch(search, min(limit, PAGE_LIMIT), token, _fingerprint(search))


def _semantic(document: JsonObject) -> Semantic:
    options = document.get("options", {})
    if not isinstance(options, dict):
        raise bad_request("The member options must be an object.")
    value = options.get("evaluations_semantic", Semantic.EXECUTE_ALL)
    try:
        return Semantic(value)
    except ValueError:
        raise bad_request("The evaluations semantic is unknown.") from None


def _item(entry: Any, defaults: JsonObject) -> Evaluation | ProtocolError:
    if not isinstance(entry, dict):
        return bad_request("An evaluation must be an object.")
    whole = dict(entry)
    for name in ("subject", "action", "resource", "context"):
        if name not in defaults:
            continue
        if name not in whole:
            whole[name] = defaults[name]
        elif name != "context" and isinstance(whole[name], dict):
            whole[name] = _with_identity(whole[name], defaults[name])
    try:
        return parse_evaluation(whole)
    except ProtocolError as error:
        return error


def _with_identity(own: JsonObject, default: JsonObject) -> JsonObject:
    missing: JsonObject = {
        key: default[key]
        for key in ("type", "id", "name")
        if key not in own and key in default
    }
    return {**missing, **own}


def _ask(policy: Policy, item: Evaluation | ProtocolError) -> Answer:
    if isinstance(item, ProtocolError):
        error = {"status": item.status, "message": item.message}
        return Answer(decision=False, context={"error": error})
    return policy.evaluate(item)


def _fingerprint(search: Search) -> str:
    """What a page token is bound to: the same question, whoever wrote it down."""
    parts: Sequence[Any] = (
        search.wanted,
        search.subject.type,
        search.subject.id,
        dict(search.subject.properties),
        search.action and (search.action.name, dict(search.action.properties)),
        search.resource.type,
        search.resource.id,
        dict(search.resource.properties),
        {key: value for key, value in search.context.items() if key != "client_time"},
    )
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _make_token(last: str, fingerprint: str, policy: Policy) -> str:
    payload = json.dumps([last, policy.state]).encode()
    seal = hmac.digest(policy.page_key, payload + fingerprint.encode(), "sha256")
    return base64.urlsafe_b64encode(seal + payload).decode()


def _open_token(token: str, fingerprint: str, policy: Policy) -> str:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise bad_request("The page token is not valid.") from None
    seal, payload = raw[:32], raw[32:]
    expected = hmac.digest(policy.page_key, payload + fingerprint.encode(), "sha256")
    if not hmac.compare_digest(seal, expected):
        raise bad_request("The page token is not valid for this search.")
    last, state = json.loads(payload)
    if state != policy.state:
        raise bad_request("The register has changed; begin the search again.")
    return str(last)
