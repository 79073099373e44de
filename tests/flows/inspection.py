"""Play a simulated inspection through its forms, as an expert would."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from simulator.engine.bots import play
from simulator.forms import tokens_of
from simulator.models import Run
from simulator.queries import current_state, live_case

NOT_POSTED = ("run.start", "incident.fire", "doc.", "plan.set", "score.")
SCREENS = {"plan": "plan", "site": "site", "credentials": "enter", "purpose": "enter"}


def play_as_expert(client: Client, run: Run) -> None:
    """Post every act of the expert bot for the run's own case version and seed."""
    expert = play(live_case(run.version), run.seed, "expert")
    address = f"/simulator/runs/{run.public_id}/act/"
    plan: Mapping[str, Any] = {}
    for event in expert.events:
        if event.verb == "plan.set":
            plan = event.payload
        if event.verb.startswith(NOT_POSTED):
            continue
        run.refresh_from_db()
        fields = dict(_fields(event.verb, event.payload, plan, run))
        token = event.object_id
        if event.verb == "evidence.fix":
            token = tokens_of(current_state(run))[event.object_id]
        answer = client.post(
            address,
            {
                "verb": event.verb,
                "object": token,
                "client_event_id": uuid4().hex,
                "screen": "",
                **fields,
            },
        )
        assert answer.status_code == 302, (event.verb, answer.content.decode()[-500:])


def _fields(
    verb: str, payload: Mapping[str, Any], plan: Mapping[str, Any], run: Run
) -> Iterator[tuple[str, Any]]:
    """The form fields that make the payload of an act."""
    state = current_state(run)
    tokens = tokens_of(state)
    if verb == "plan.submit":
        payload = plan
    for name, value in payload.items():
        if value is None or name == "old":
            continue
        if name in ("atoms", "presented"):
            yield name, [tokens[atom] for atom in value]
        elif name in ("duty", "power", "basis"):
            yield name, "\n".join(value)
        elif name == "form":
            yield "marks", list(value)
        elif name == "announced":
            yield name, "yes" if value else "no"
        elif name == "days":
            yield "deadline", (state.clock.date() + timedelta(days=value)).isoformat()
        elif name == "lines":
            yield "line_items", [line["item"] for line in value]
            for line in value:
                yield f"fine-{line['item']}", str(line["fine_yuan"])
                yield f"power-{line['item']}", "\n".join(line["power"])
        else:
            yield name, value
