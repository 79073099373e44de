"""The dry run lists what would flip, and history answers from the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from credentials.enums import Act, Ground
from credentials.gate.application import GateApplication
from credentials.services.keys import rotate_keys
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.gate_world import (
    act_on,
    connect,
    issue,
    make_scheme,
    team_question,
    token_for,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, db):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))


@pytest.fixture
def officers(person, county, city):
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        issue(officer, scheme, city)
    return people


@pytest.fixture
def caller(county):
    application, secret = connect(
        county, "gate:evaluate", "gate:history", "gate:explain"
    )
    return AsgiClient(GateApplication(), token_for(application, secret))


def replay(*arguments):
    out = StringIO()
    call_command("replay_decisions", "hazchem-emergency", "1", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_larger_quorum_flips_what_was_permitted(caller, officers):
    caller.post("/access/v1/evaluation", team_question(*officers))
    caller.post("/access/v1/evaluation", team_question(officers[0]))

    assert replay() == ["0 would flip"]
    lines = replay("--quorum", "3")
    assert lines[0].endswith("case-1 yes → no team_below_quorum")
    assert lines[1] == "1 would flip"


def test_unknown_version_is_an_error():
    with pytest.raises(CommandError):
        replay()


def history(caller, officer, at, known_at=None):
    context = {"time": at.isoformat()}
    if known_at is not None:
        context["as_known_at"] = known_at.isoformat()
    question = {
        "subject": {"type": "officer", "id": str(officer.public_id)},
        "action": {"name": "was_qualified", "properties": {"method": "focused"}},
        "resource": {
            "type": "inspection_scope",
            "id": "x",
            "properties": {"sector": "hazchem", "division": "970121"},
        },
        "context": context,
    }
    return caller.post("/access/v1/evaluation", question).json


def test_history_answers_for_the_day_and_not_for_now(caller, officers):
    fit = datetime.now(tz=UTC)
    act_on(officers[0].qualifications.get(), Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)
    suspended = datetime.now(tz=UTC)

    assert history(caller, officers[0], fit)["decision"] is True
    assert history(caller, officers[0], fit, suspended)["decision"] is True
    assert history(caller, officers[0], suspended)["decision"] is False
    assert history(caller, officers[0], fit - timedelta(days=1))["decision"] is False


def test_suspension_through_the_ledger_withdraws_and_is_told(caller, officers):
    act_on(officers[1].qualifications.get(), Act.SUSPENDED, Ground.PROCEDURE_VIOLATED)

    answer = caller.post("/access/v1/evaluation", team_question(*officers)).json

    assert answer["context"]["revision"] == "r3"
    assert answer["context"]["reasons"][0]["code"] == "qualification_suspended"
