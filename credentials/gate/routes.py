"""The gate's own endpoints beside AuthZEN: permits, decisions, events, offline.

Each handler is a plain function that runs in one transaction on the desk's thread.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    connection,
    transaction,
)
from django.utils import timezone

from accounts.chain import canonical
from credentials.data import Member
from credentials.errors import CredentialsError
from credentials.gate.desk import (
    check_caller,
    page_key,
    token_of,
)
from credentials.gate.policy import (
    RegisterPolicy,
    as_json,
    bodies_asked,
    instant,
    officers_asked,
)
from credentials.gate.reading import (
    Caller,
    read_callers,
    read_register,
    read_state,
    schemes_digest,
)
from credentials.gate.water import HighWater, RevisionRegressedError
from credentials.models import (
    DecisionRecord,
    GateEvent,
    IdempotentAnswer,
    Permit,
)
from credentials.protocol.asgi import (
    Request,
    Response,
    error_response,
    json_response,
    read_json,
    request_with,
)
from credentials.protocol.decode import JsonObject
from credentials.protocol.entities import Entity, Evaluation, parse_evaluation
from credentials.protocol.errors import ProtocolError, bad_request, unavailable
from credentials.rules.questions import UnfitQuestionError, read_question
from credentials.services.gate import freeze_gate, log_decisions
from credentials.services.keys import current_key
from credentials.services.permits import (
    confirm_permit,
    grant_permit,
    lock_officers,
    withdraw_permit,
)

log = logging.getLogger("credentials.gate")

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")
TEAM_NUMBER = re.compile(r".*#([1-9][0-9]{0,2})")
PAGE = 500
_water = HighWater()


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request to one endpoint."""

    request: Request
    caller: Caller
    parameters: Mapping[str, str]
    now: datetime

    @property
    def query(self) -> dict[str, str]:
        """Query parameters; the first of each name."""
        return {
            name: values[0] for name, values in parse_qs(self.request.query).items()
        }


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path, the scope it asks for, and who answers."""

    method: str
    path: re.Pattern[str]
    scope: str
    handler: Handler


def route(method: str, path: str, scope: str, handler: Handler) -> Route:
    """A route; ``{name}`` in the path becomes a parameter."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[A-Za-z0-9._:-]{1,128})", path)
    return Route(method, re.compile(pattern), scope, handler)


async def respond_route(
    routes: tuple[Route, ...], request: Request, body: bytes
) -> Response:
    """Finds the route, checks the framing and runs the handler on the desk's thread."""
    matching = [
        (found, match)
        for found in routes
        if (match := found.path.fullmatch(request.path))
    ]
    if not matching:
        raise ProtocolError(404, "There is nothing at this address.")
    for found, match in matching:
        if found.method == request.method:
            token_of(request)
            if found.method == "POST":
                request = request_with(request, read_json(request, body))
            return await sync_to_async(run_route, thread_sensitive=True)(
                found, match.groupdict(), request
            )
    allowed = ", ".join(sorted(found.method for found, _ in matching))
    raise ProtocolError(405, "The method is not allowed.", {"Allow": allowed})


def run_route(
    found: Route, parameters: Mapping[str, str], request: Request
) -> Response:
    """Authenticates and answers in one transaction; a failure of ours is a 503.

    Who loses a race for a key is asked again and then finds the winner's answer.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        try:
            return _in_transaction(found, parameters, request)
        except IntegrityError:
            return _in_transaction(found, parameters, request)
    except ProtocolError as failure:
        return error_response(failure)
    except CredentialsError as failure:
        return json_response({"error": failure.code, "message": str(failure)}, 409)
    except IntegrityError:
        return json_response(
            {"error": "conflict", "message": "It exists already."}, 409
        )
    except RevisionRegressedError:
        log.critical("the register went back to an older revision")
        freeze_gate("revision_regression", now=timezone.now())
    except (DatabaseError, InterfaceError):
        log.exception("the database cannot be read or written")
        if not connection.in_atomic_block:
            connection.close()
    except Exception:
        log.exception("an endpoint failed")
    return error_response(unavailable("The gate cannot answer now."))


def _in_transaction(
    found: Route, parameters: Mapping[str, str], request: Request
) -> Response:
    now = timezone.now()
    with transaction.atomic():
        token = token_of(request)
        caller = read_callers([token], now=now).get(token)
        caller = check_caller(caller, request, found.scope)
        return found.handler(Call(request, caller, parameters, now))


def create_permit(call: Call) -> Response:
    """Decides and records the permit in one transaction, under row locks.

    The same key and body give the same answer again; another body is an error.
    """
    key = call.request.header("idempotency-key")
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise bad_request("An Idempotency-Key of 1 to 128 characters is required.")
    digest = hashlib.sha256(canonical(call.request.document)).hexdigest()
    kept = IdempotentAnswer.objects.filter(
        application_id=call.caller.application_id, key=key
    ).first()
    if kept is not None:
        if kept.request_digest != digest:
            raise ProtocolError(422, "The Idempotency-Key belongs to another request.")
        return json_response(kept.answer, kept.status)
    evaluation = parse_evaluation(call.request.document)
    if evaluation.action.name != "open_inspection":
        raise bad_request("A permit is for open_inspection.")
    lock_officers(officers_asked((evaluation,)))
    status, document = _decide_and_permit(call, evaluation)
    IdempotentAnswer.objects.create(
        application_id=call.caller.application_id,
        key=key,
        request_digest=digest,
        status=status,
        answer=document,
        created_at=call.now,
    )
    return json_response(document, status)


def _decide_and_permit(call: Call, evaluation: Evaluation) -> tuple[int, JsonObject]:
    policy, record, document = _decide(call, evaluation)
    decision = policy.decisions[0]
    if not decision.permitted or decision.holds_until is None:
        return 200, document
    if current_key() is None:
        raise unavailable("The gate has no signing key.")
    question = read_question(evaluation, now=call.now)
    match = TEAM_NUMBER.fullmatch(evaluation.subject.id)
    permit = grant_permit(
        record,
        question,
        as_json(evaluation),
        team_number=int(match[1]) if match else 1,
        holds_until=decision.holds_until,
        now=call.now,
    )
    return 201, {**document, "permit": permit_json(permit)}


def _decide(
    call: Call, evaluation: Evaluation
) -> tuple[RegisterPolicy, DecisionRecord, JsonObject]:
    """One decision with its log, read after the locks were taken."""
    asked = (evaluation,)
    mark = _water.mark()
    view = read_register(
        officers_asked(asked), now=call.now, organisation_ids=bodies_asked(asked)
    )
    timeline, frozen = read_state()
    _water.check(timeline, view.revision, mark)
    policy = RegisterPolicy(
        caller=replace(call.caller, scopes=call.caller.scopes | {"gate:evaluate"}),
        view=replace(view, frozen=view.frozen or frozen),
        digest=schemes_digest(view),
        now=call.now,
        page_key=page_key(),
        issuer=settings.BASE_URL,
        key=current_key(),
        request_id=call.request.header("x-request-id"),
    )
    document = policy.evaluate(evaluation).as_json()
    (record,) = log_decisions(policy.logged)
    return policy, record, document


def confirm(call: Call) -> Response:
    """Asks again on arrival, about the people who really came."""
    permit = _permit(call)
    asked = permit.question
    subject = dict(asked["subject"])
    actual = call.request.document.get("members")
    if actual is not None:
        subject = {
            **subject,
            "properties": {**subject["properties"], "members": actual},
        }
    evaluation = Evaluation(
        Entity(subject["type"], subject["id"], subject["properties"]),
        parse_evaluation(asked).action,
        parse_evaluation(asked).resource,
        {"client_time": call.request.document.get("client_time")}
        if "client_time" in call.request.document
        else {},
    )
    lock_officers(officers_asked((evaluation,)))
    if actual is not None and not _same_team(permit, evaluation, call.now):
        raise bad_request("The team is not the one permitted.")
    policy, _, document = _decide(call, evaluation)
    if policy.decisions[0].permitted:
        permit = confirm_permit(permit, now=call.now)
    return json_response({**document, "permit": permit_json(permit)})


def _same_team(permit: Permit, evaluation: Evaluation, now: datetime) -> bool:
    """Whoever came belongs to the permitted team; some may have stayed away."""
    permitted = {Member(row.officer_id, row.role) for row in permit.members.all()}
    try:
        came = set(read_question(evaluation, now=now).members)
    except UnfitQuestionError:
        return False
    return came <= permitted


def withdraw(call: Call) -> Response:
    """Ends a permit at the wish of the system that holds it."""
    reason = call.request.document.get("reason", "")
    if not isinstance(reason, str) or not reason:
        raise bad_request("A reason is required.")
    permit = withdraw_permit(_permit(call), reason=reason, now=call.now)
    return json_response({"permit": permit_json(permit)})


def show_permit(call: Call) -> Response:
    """One permit of the caller."""
    return json_response({"permit": permit_json(_permit(call))})


def _permit(call: Call) -> Permit:
    try:
        public_id = UUID(call.parameters["permit"])
    except ValueError:
        raise ProtocolError(404, "There is no such permit.") from None
    permit = Permit.objects.filter(
        public_id=public_id, application_id=call.caller.application_id
    ).first()
    if permit is None:
        raise ProtocolError(404, "There is no such permit.")
    return permit


def permit_json(permit: Permit) -> dict[str, Any]:
    """A permit as connected systems see it."""
    ended = permit.withdrawn_at
    return {
        "id": str(permit.public_id),
        "inspection": permit.inspection,
        "team_number": permit.team_number,
        "granted_at": instant(permit.granted_at),
        "expires_at": instant(permit.expires_at),
        "confirmed_at": instant(permit.confirmed_at) if permit.confirmed_at else None,
        "withdrawn_at": instant(ended) if ended else None,
        "withdrawn_reason": permit.withdrawn_reason or None,
    }


def list_decisions(call: Call) -> Response:
    """What the caller has asked, by officer or inspection, newest first."""
    rows = DecisionRecord.objects.filter(application_id=call.caller.application_id)
    query = call.query
    if "officer" in query:
        rows = rows.filter(subjects__officer_id=query["officer"])
    if "inspection" in query:
        rows = rows.filter(inspection=query["inspection"])
    if "before" in query:
        rows = rows.filter(evaluation_id__lt=query["before"])
    listed = list(rows.order_by("-evaluation_id")[:PAGE])
    return json_response(
        {
            "decisions": [
                {
                    "evaluation_id": row.evaluation_id,
                    "evaluated_at": instant(row.evaluated_at),
                    "action": row.action,
                    "inspection": row.inspection,
                    "decision": row.permitted,
                    "reason": row.reason,
                    "revision": f"r{row.revision}",
                    "digest": row.digest,
                }
                for row in listed
            ]
        }
    )


def list_events(call: Call) -> Response:
    """The events after a number, in order and without gaps."""
    after, limit = call.query.get("after", "0"), call.query.get("limit", str(PAGE))
    if not (after.isdecimal() and limit.isdecimal() and len(after) < 18):
        raise bad_request("The parameters after and limit must be whole numbers.")
    rows = GateEvent.objects.filter(sequence__gt=int(after)).order_by("sequence")
    listed = [event_json(row) for row in rows[: max(1, min(int(limit[:4]), PAGE))]]
    last = listed[-1]["sequence"] if listed else int(after)
    return json_response({"events": listed, "last": last})


def event_json(event: GateEvent) -> dict[str, Any]:
    """An event as feed and webhooks show it."""
    return {
        "sequence": event.sequence,
        "type": event.type,
        "timestamp": instant(event.occurred_at),
        "data": {**event.data, "sequence": event.sequence},
    }


PERMIT_ROUTES = (
    route("POST", "/gate/v1/permits", "gate:permit", create_permit),
    route("GET", "/gate/v1/permits/{permit}", "gate:permit", show_permit),
    route("POST", "/gate/v1/permits/{permit}/confirm", "gate:permit", confirm),
    route("POST", "/gate/v1/permits/{permit}/withdraw", "gate:permit", withdraw),
    route("GET", "/gate/v1/decisions", "gate:evaluate", list_decisions),
    route("GET", "/events/v1", "events:read", list_events),
)
