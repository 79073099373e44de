"""A second policy behind the same protocol code: the public certification fixture.

It believes what the caller asserts, which the register's policy never does, and
therefore lives with the tests only.
"""

from __future__ import annotations

from collections.abc import Iterator

from credentials.protocol.asgi import Request, Response, json_response
from credentials.protocol.decode import JsonObject
from credentials.protocol.entities import Action, Answer, Entity, Evaluation
from credentials.protocol.metadata import metadata_document
from credentials.protocol.operations import Operation, Search

SUBJECTS = {"alice": {}, "bob": {"role": "admin"}}
RECORDS = {"record-1": {"status": "active"}, "record-2": {"status": "archived"}}
ACTIONS = ("delete", "read", "write")
BASE_URL = "https://gate.example.gov"


class CertificationPolicy:
    """The eight mandated decisions and their searches."""

    page_key = b"certification"
    state = "1"

    def evaluate(self, evaluation: Evaluation) -> Answer:
        return Answer(self.permits(evaluation))

    def permits(self, question: Evaluation) -> bool:
        subject, action, resource = question.subject, question.action, question.resource
        if subject.type != "user" or subject.id not in SUBJECTS:
            return False
        if resource.type != "record" or resource.id not in RECORDS:
            return False
        status = {**RECORDS[resource.id], **resource.properties}["status"]
        if action.name == "read":
            return True
        if action.name == "delete":
            return subject.id == "alice" and action.properties.get("soft") is True
        if action.name != "write":
            return False
        if status == "archived":
            known = {**SUBJECTS[subject.id], **subject.properties}
            return known.get("role") == "admin"
        return subject.id == "alice"

    def search(self, search: Search, after: str) -> Iterator[str]:
        pools = {"subject": SUBJECTS, "resource": RECORDS, "action": ACTIONS}
        for identity in sorted(pools[search.wanted]):
            subject, action, resource = search.subject, search.action, search.resource
            if search.wanted == "subject":
                subject = Entity(subject.type, identity, subject.properties)
            elif search.wanted == "resource":
                resource = Entity(resource.type, identity, resource.properties)
            else:
                action = Action(identity, {})
            question = Evaluation(subject, action, resource, search.context)
            if identity > after and self.permits(question):
                yield identity


class CertificationBackEnd:
    """Hands operations straight to the fixture."""

    def __init__(self) -> None:
        self.policy = CertificationPolicy()

    def admit(self, request: Request) -> None:
        """Everybody may ask the fixture."""

    async def answer(self, request: Request, operation: Operation) -> Response:
        return json_response(operation.run(self.policy))

    async def metadata(self) -> JsonObject:
        return metadata_document(BASE_URL)
