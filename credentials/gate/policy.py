"""The register as a policy behind the AuthZEN protocol."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import rfc8785
from django.db import DatabaseError

from courses.enums import Method, Sector
from credentials.data import Decision, Question, Reason, RegisterView
from credentials.gate.reading import (
    Caller,
    candidate_ids,
    read_history,
    read_register,
)
from credentials.gate.water import RevisionRegressedError
from credentials.models import GateState, SigningKey
from credentials.protocol.entities import Action, Answer, Entity, Evaluation
from credentials.protocol.errors import insufficient_scope, unavailable
from credentials.protocol.operations import Search
from credentials.rules.decision import ACTIONS, decide
from credentials.rules.identifiers import make_ulid
from credentials.rules.questions import UnfitQuestionError, read_question
from credentials.rules.reasons import REASONS_USER, REMEDIES, ReasonCode
from credentials.services.gate import Logged
from credentials.tokens import (
    BadTokenError,
    PrivateKey,
    load_public_key,
    sign,
    verify,
)

log = logging.getLogger("credentials.gate")

RECEIPT_TYPE = "gate-receipt+jwt"
FRACTION = re.compile(rb'(?:":|[\[,])-?[0-9]+[.eE]')
CANDIDATE_CHUNK = 200
SEARCHED_METHODS = tuple(Method.values)


@dataclass(slots=True)
class RegisterPolicy:
    """Answers the questions of one caller from one view of the register."""

    caller: Caller
    view: RegisterView
    digest: str
    now: datetime
    page_key: bytes
    issuer: str
    key: PrivateKey | None
    request_id: str = ""
    logged: list[Logged] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Pages hold only while neither ledger nor schemes have moved."""
        return f"{self.view.revision} {self.digest}"

    def evaluate(self, evaluation: Evaluation) -> Answer:
        """Decides, signs and notes one question; a failure of ours is a refusal."""
        self._need_scope(evaluation)
        evaluation_id = make_ulid(self.now, os.urandom(10))
        question: Question | None = None
        try:
            question = read_question(evaluation, now=self.now)
            decision = self._decide(question)
        except UnfitQuestionError as unfit:
            decision = _refusal(unfit.reason)
        except DatabaseError:
            raise
        except Exception:
            log.exception("an evaluation failed")
            decision = _refusal(Reason(ReasonCode.INTERNAL_ERROR))
        request = canonical_bytes(as_json(evaluation))
        digest = hashlib.sha256(request).hexdigest()
        context = self._context(evaluation, question, decision, evaluation_id, digest)
        self._note(evaluation, request, question, decision, evaluation_id, digest)
        self.decisions.append(decision)
        return Answer(decision.permitted, context)

    def search(self, search: Search, after: str) -> Iterator[str]:
        """Every hit is one that evaluation would permit."""
        if "gate:search" not in self.caller.scopes:
            raise insufficient_scope("gate:search")
        if search.wanted == "subject":
            yield from self._search_officers(search, after)
        elif search.wanted == "resource":
            yield from self._search_scopes(search, after)
        else:
            yield from self._search_actions(search, after)

    def _decide(self, question: Question) -> Decision:
        view = self.view
        if ACTIONS[question.action].past:
            officers = {member.officer_id for member in question.members}
            view = read_history(officers, at=question.at, known_at=question.known_at)
            view = replace(view, revision=self.view.revision)
        return decide(
            question, view, now=self.now, client_divisions=self.caller.divisions
        )

    def _need_scope(self, evaluation: Evaluation) -> None:
        past = ACTIONS.get(evaluation.action.name)
        scope = "gate:history" if past and past.past else "gate:evaluate"
        if scope not in self.caller.scopes:
            raise insufficient_scope(scope)
        self._need_freshness(evaluation)

    def _need_freshness(self, evaluation: Evaluation) -> None:
        """A caller that has seen a later revision is not answered from an older one.

        Anybody can claim a number; a receipt of ours with that number is proof that
        the register went back, and shuts the gate.
        """
        fresh = evaluation.context.get("at_least_as_fresh")
        if fresh is None:
            return
        number = str(fresh).removeprefix("r")
        if (
            number.isdecimal()
            and len(number) < 18
            and int(number) <= self.view.revision
        ):
            return
        receipt = evaluation.context.get("receipt_seen")
        if isinstance(receipt, str) and witnessed(receipt) > self.view.revision:
            raise RevisionRegressedError
        raise unavailable("The register is older than the revision asked for.")

    def _context(
        self,
        evaluation: Evaluation,
        question: Question | None,
        decision: Decision,
        evaluation_id: str,
        digest: str,
    ) -> dict[str, Any]:
        explain = "gate:explain" in self.caller.scopes
        reason = decision.reason
        if not decision.permitted and not explain and _about_people(decision):
            reason = ReasonCode.NOT_QUALIFIED.value
        context: dict[str, Any] = {
            "evaluation_id": evaluation_id,
            "evaluated_at": instant(self.now),
            "revision": f"r{self.view.revision}",
            "policy": self.digest,
            "reason": reason,
            "reason_user": REASONS_USER[reason],
        }
        if decision.valid_until is not None:
            context["valid_until"] = instant(decision.valid_until)
        if not decision.permitted:
            context["remedy"] = REMEDIES[reason]
            if explain:
                context["reasons"] = [_reason_json(r) for r in decision.reasons]
        if question is not None and question.client_time is not None:
            skew = question.client_time - self.now
            context["clock_skew_ms"] = round(skew.total_seconds() * 1000)
        if self.key is not None and evaluation.context.get("receipt") is not False:
            context["receipt"] = self._receipt(
                self.key, digest, decision, reason, evaluation_id
            )
        return context

    def _receipt(
        self,
        key: PrivateKey,
        digest: str,
        decision: Decision,
        reason: str,
        evaluation_id: str,
    ) -> str:
        claims = {
            "iss": self.issuer,
            "aud": self.caller.client_id,
            "jti": evaluation_id,
            "iat": int(self.now.timestamp()),
            "req_sha256": digest,
            "decision": decision.permitted,
            "reason": reason,
            "revision": f"r{self.view.revision}",
            "policy": self.digest,
        }
        return sign(claims, typ=RECEIPT_TYPE, key=key)

    def _note(
        self,
        evaluation: Evaluation,
        request: bytes,
        question: Question | None,
        decision: Decision,
        evaluation_id: str,
        digest: str,
    ) -> None:
        members = question.members if question else ()
        payload = {
            "evaluation_id": evaluation_id,
            "request": msgspec.Raw(request),
            "request_sha256": digest,
            "evaluated_at": instant(self.now),
            "decision": decision.permitted,
            "reason": decision.reason,
            "reasons": [_reason_json(reason) for reason in decision.reasons],
            "revision": self.view.revision,
            "policy": self.digest,
            "client": self.caller.client_id,
        }
        text = msgspec.json.encode(payload, order="deterministic")
        self.logged.append(
            Logged(
                evaluation_id=evaluation_id,
                application_id=self.caller.application_id,
                evaluated_at=self.now,
                request_id=self.request_id,
                action=evaluation.action.name[:64],
                inspection=evaluation.resource.id,
                permitted=decision.permitted,
                reason=decision.reason,
                revision=self.view.revision,
                policy=self.digest,
                payload=msgspec.Raw(text),
                digest=hashlib.sha256(text).hexdigest(),
                officer_ids=tuple({member.officer_id: None for member in members}),
            )
        )

    def _permits(self, evaluation: Evaluation, view: RegisterView) -> bool:
        try:
            question = read_question(evaluation, now=self.now)
        except UnfitQuestionError:
            return False
        return decide(
            question, view, now=self.now, client_divisions=self.caller.divisions
        ).permitted

    def _search_officers(self, search: Search, after: str) -> Iterator[str]:
        sector = search.resource.properties.get("sector")
        action = search.action
        if search.subject.type != "officer" or action is None:
            return
        if not isinstance(sector, str) or action.name not in _SEARCHABLE:
            return
        while True:
            chunk = candidate_ids(sector, after, CANDIDATE_CHUNK)
            view = read_register(chunk, now=self.now)
            for officer_id in chunk:
                subject = Entity("officer", officer_id, search.subject.properties)
                asked = Evaluation(subject, action, search.resource, search.context)
                if self._permits(asked, view):
                    yield officer_id
            if len(chunk) < CANDIDATE_CHUNK:
                return
            after = chunk[-1]

    def _search_scopes(self, search: Search, after: str) -> Iterator[str]:
        """Which sector, method and division one officer may inspect."""
        action = search.action
        if search.resource.type != "inspection_scope" or action is None:
            return
        if search.subject.type != "officer" or action.name not in _SEARCHABLE:
            return
        view = read_register([search.subject.id], now=self.now)
        record = view.officers.get(search.subject.id)
        areas = sorted(
            {area for q in record.qualifications for area in q.divisions}
            if record
            else ()
        )
        for sector in sorted(Sector.values):
            for method in sorted(SEARCHED_METHODS):
                for area in areas:
                    identity = f"{sector}/{method}/{area}"
                    place = {"sector": sector, "division": area}
                    asked = Evaluation(
                        search.subject,
                        Action(action.name, {**action.properties, "method": method}),
                        Entity("inspection_scope", identity, place),
                        search.context,
                    )
                    if identity > after and self._permits(asked, view):
                        yield identity

    def _search_actions(self, search: Search, after: str) -> Iterator[str]:
        if search.subject.type != "officer":
            return
        view = read_register([search.subject.id], now=self.now)
        method = search.resource.properties.get("method", Method.FOCUSED)
        for name in sorted(_SEARCHABLE):
            asked = Evaluation(
                search.subject,
                Action(name, {"method": method}),
                search.resource,
                search.context,
            )
            if name > after and self._permits(asked, view):
                yield name


def witnessed(receipt: str) -> int:
    """The revision a receipt of ours proves to have existed; 0 for any other text.

    What was lost before a reconciliation has been accepted with it.
    """
    keys = {
        row.kid: load_public_key(row.public_jwk) for row in SigningKey.objects.all()
    }
    try:
        claims = verify(receipt, typ=RECEIPT_TYPE, keys=keys)
        issued = datetime.fromtimestamp(claims["iat"], tz=UTC)
        if GateState.objects.filter(pk=1, reconciled_at__gte=issued).exists():
            return 0
        return int(str(claims["revision"]).removeprefix("r"))
    except (BadTokenError, KeyError, ValueError):
        return 0


_SEARCHABLE = frozenset({"join_inspection", "hold_hearing", "review_case"})


def officers_asked(evaluations: tuple[Evaluation, ...]) -> set[str]:
    """The ids of everybody named as a subject, unread and unjudged."""
    found: set[str] = set()
    for evaluation in evaluations:
        subject = evaluation.subject
        if subject.type == "officer":
            found.add(subject.id)
            continue
        members = subject.properties.get("members")
        for member in members if isinstance(members, list) else ():
            if isinstance(member, dict) and isinstance(member.get("id"), str):
                found.add(member["id"])
    return found


def bodies_asked(evaluations: tuple[Evaluation, ...]) -> set[str]:
    """The ids of bodies named as assigning a task."""
    found = set()
    for evaluation in evaluations:
        task = evaluation.resource.properties.get("task")
        if isinstance(task, dict) and isinstance(task.get("assigned_by"), str):
            found.add(task["assigned_by"])
    return found


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The question as the canonical request: defaults merged, unknown members gone."""
    return {
        "subject": _entity_json(evaluation.subject),
        "action": {
            "name": evaluation.action.name,
            "properties": dict(evaluation.action.properties),
        },
        "resource": _entity_json(evaluation.resource),
        "context": dict(evaluation.context),
    }


def request_digest(request: Mapping[str, Any]) -> str:
    """SHA-256 over the RFC 8785 form of the question."""
    return hashlib.sha256(canonical_bytes(request)).hexdigest()


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """The RFC 8785 form, by the fast encoder where both must agree.

    They differ only in numbers with a fraction or exponent and in the order of names
    beyond ASCII; such values take the slow way.
    """
    text = msgspec.json.encode(value, order="deterministic")
    if text.isascii() and not FRACTION.search(text):
        return text
    return rfc8785.dumps(dict(value))


def instant(moment: datetime) -> str:
    """UTC with milliseconds, as the wire shows it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _refusal(reason: Reason) -> Decision:
    return Decision(False, reason.code, (reason,), None)


def _about_people(decision: Decision) -> bool:
    return any(reason.officer_id for reason in decision.reasons)


def _entity_json(entity: Entity) -> dict[str, Any]:
    return {
        "type": entity.type,
        "id": entity.id,
        "properties": dict(entity.properties),
    }


def _reason_json(reason: Reason) -> dict[str, Any]:
    made: dict[str, Any] = {"code": str(reason.code)}
    if reason.officer_id:
        made["subject"] = {"type": "officer", "id": reason.officer_id}
    if reason.scheme:
        made["scheme"] = reason.scheme
    for name, value in reason.details.items():
        made[name] = instant(value) if isinstance(value, datetime) else value
    made["text"] = REASONS_USER[reason.code]
    made["remedy"] = REMEDIES[reason.code]
    return made
