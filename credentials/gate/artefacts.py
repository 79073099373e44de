"""Keys, status lists and everything a terminal without network fetches."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from credentials.data import RegisterView
from credentials.gate.policy import instant
from credentials.gate.reading import read_history, read_register, read_state
from credentials.gate.routes import PERMIT_ROUTES, Call, route
from credentials.models import (
    ConnectedApplication,
    OfflineRecord,
    Terminal,
    WebhookEndpoint,
)
from credentials.protocol.asgi import Request, Response, cached, json_response
from credentials.protocol.decode import JsonObject
from credentials.protocol.entities import parse_evaluation
from credentials.protocol.errors import ProtocolError, bad_request, unavailable
from credentials.rules.decision import decide
from credentials.rules.divisions import ancestors, covers
from credentials.rules.questions import UnfitQuestionError, read_question
from credentials.services.keys import KEY_OVERLAP, current_key
from credentials.services.offline import (
    MAXIMUM_RECORDS,
    STATUS_TTL,
    issue_credentials,
    moment,
    policy_token,
    published_keys,
    read_records,
    register_terminal,
    status_list_token,
    store_records,
)
from credentials.services.webhooks import create_endpoint
from credentials.tokens import BadTokenError, PrivateKey

STATUS_MEMORY_SECONDS = 5


def key_set() -> JsonObject:
    """The published keys."""
    return {"keys": published_keys(now=timezone.now(), overlap=KEY_OVERLAP)}


def status_list(request: Request) -> Response:
    """The status list, public; what the token says of its life wins."""
    if request.path != "/status/1":
        raise ProtocolError(404, "There is no such status list.")
    token = _status_token(int(timezone.now().timestamp()) // STATUS_MEMORY_SECONDS)
    response = cached(
        request, token.encode(), "application/statuslist+jwt", max_age=STATUS_TTL
    )
    return replace(
        response, headers={**response.headers, "Access-Control-Allow-Origin": "*"}
    )


@lru_cache(maxsize=2)
def _status_token(period: int) -> str:
    """One list for a few seconds, however often the public asks for it."""
    del period
    return status_list_token(key=_key(), now=timezone.now())


def offline_policy(call: Call) -> Response:
    """The policy pack of terminals."""
    token = policy_token(_present_view(()), key=_key(), now=call.now)
    return cached(call.request, token.encode(), "application/jwt", max_age=STATUS_TTL)


def offline_credentials(call: Call) -> Response:
    """The credentials of one officer of the caller's area."""
    officer = call.parameters["officer"]
    view = _present_view((officer,))
    record = view.officers.get(officer)
    areas = {post.division for post in record.posts} if record else set()
    tokens = (
        issue_credentials(view, officer, key=_key(), now=call.now)
        if _reaches(call, areas, view)
        else []
    )
    return json_response({"credentials": tokens})


def _reaches(call: Call, areas: set[str], view: RegisterView) -> bool:
    """Whether the officer serves in a division the caller may ask about."""
    return any(
        covers(call.caller.divisions, ancestors(area, call.now, view.divisions))
        for area in areas
    )


def create_terminal(call: Call) -> Response:
    """Registers a device of the caller."""
    document = call.request.document
    name, jwk = document.get("name"), document.get("public_jwk")
    if not isinstance(name, str) or not isinstance(jwk, dict):
        raise bad_request("The members name and public_jwk are required.")
    try:
        terminal = register_terminal(
            _application(call), name=name, public_jwk=jwk, now=call.now
        )
    except (BadTokenError, KeyError, ValueError):
        raise bad_request("The key is no public Ed25519 key.") from None
    return json_response({"terminal": str(terminal.public_id)}, 201)


def upload_records(call: Call) -> Response:
    """Takes offline decisions, replays each, and says where the register differs."""
    terminal = _terminal(call)
    tokens = call.request.document.get("records")
    if not isinstance(tokens, list) or len(tokens) > MAXIMUM_RECORDS:
        raise bad_request("The member records must be a list of tokens.")
    judged = [
        (counter, last, claims, *_replay(call, claims))
        for counter, last, claims in read_records(terminal, map(str, tokens))
    ]
    stored = store_records(terminal, judged, now=call.now)
    differing = [record_json(record) for record in stored if record.differs]
    return json_response(
        {
            "stored": len(stored),
            "differences": len(differing),
            "differing": differing,
        }
    )


def record_json(record: OfflineRecord) -> dict[str, Any]:
    """A record beside what the register says of that moment."""
    return {
        "counter": record.counter,
        "decision": record.permitted_offline,
        "as_known_at_sync": record.permitted_as_known_then,
        "as_known_now": record.permitted_as_known_now,
    }


def _replay(call: Call, claims: dict[str, Any]) -> tuple[bool, bool]:
    """The register's answer for that moment: as known at the sync, and as known now."""
    at, synced = moment(claims, "at"), moment(claims, "synced_at")
    try:
        evaluation = parse_evaluation(claims.get("question") or {})
        question = replace(read_question(evaluation, now=at), at=at, client_time=None)
    except (ProtocolError, UnfitQuestionError):
        return False, False
    officers = {member.officer_id for member in question.members}
    answers = []
    for known_at in (synced, call.now):
        view = read_history(officers, at=at, known_at=known_at)
        divisions = call.caller.divisions
        decision = decide(question, view, now=at, client_divisions=divisions)
        answers.append(decision.permitted)
    return answers[0], answers[1]


def create_webhook(call: Call) -> Response:
    """An address to push events to; its secret is shown this once."""
    url = call.request.document.get("url")
    if not isinstance(url, str) or len(url) > 500:
        raise bad_request("The member url is required.")
    endpoint = create_endpoint(_application(call), url=url, now=call.now)
    return json_response({**webhook_json(endpoint), "secret": endpoint.secret}, 201)


def list_webhooks(call: Call) -> Response:
    """The caller's addresses and how they do."""
    rows = WebhookEndpoint.objects.filter(application_id=call.caller.application_id)
    return json_response({"webhooks": [webhook_json(row) for row in rows]})


def webhook_json(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """An endpoint without its secret."""
    ended = endpoint.disabled_at
    return {
        "id": str(endpoint.public_id),
        "url": endpoint.url,
        "delivered_sequence": endpoint.delivered_sequence,
        "disabled_at": instant(ended) if ended else None,
        "disabled_reason": endpoint.disabled_reason or None,
    }


def _present_view(officers: tuple[str, ...]) -> RegisterView:
    view = read_register(officers, now=timezone.now())
    _, frozen = read_state()
    return replace(view, frozen=view.frozen or frozen)


def _key() -> PrivateKey:
    key = current_key()
    if key is None:
        raise unavailable("The gate has no signing key.")
    return key


def _application(call: Call) -> ConnectedApplication:
    application: ConnectedApplication = ConnectedApplication.objects.get(
        pk=call.caller.application_id
    )
    return application


def _terminal(call: Call) -> Terminal:
    try:
        public_id = UUID(str(call.request.document.get("terminal")))
    except ValueError:
        raise ProtocolError(404, "There is no such terminal.") from None
    terminal = Terminal.objects.filter(
        public_id=public_id, application_id=call.caller.application_id
    ).first()
    if terminal is None:
        raise ProtocolError(404, "There is no such terminal.")
    return terminal


ROUTES = (
    *PERMIT_ROUTES,
    route("GET", "/gate/v1/offline/policy", "gate:offline", offline_policy),
    route(
        "GET",
        "/gate/v1/offline/credentials/{officer}",
        "gate:offline",
        offline_credentials,
    ),
    route("POST", "/gate/v1/offline/terminals", "gate:offline", create_terminal),
    route("POST", "/gate/v1/offline/records", "gate:offline", upload_records),
    route("POST", "/gate/v1/webhooks", "events:read", create_webhook),
    route("GET", "/gate/v1/webhooks", "events:read", list_webhooks),
)
