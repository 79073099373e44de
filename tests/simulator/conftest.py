"""A published case and runs of it, as small as the real one allows."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from accounts.models import User
from simulator.engine import Action
from simulator.enums import Mode
from simulator.models import InspectionCase, Run
from simulator.services.archives import read_package
from simulator.services.cases import import_case, publish_case
from simulator.services.runs import Acted, act, start_run

CASES = Path(__file__).resolve().parents[2] / "config" / "demo" / "cases"
CASE_FILE = CASES / "hazchem-storage-anlan.yaml"


@pytest.fixture
def case(db: None, now: datetime) -> InspectionCase:
    """The hazardous-chemical storage case, published."""
    report = import_case(read_package(CASE_FILE), now=now)
    assert report.version is not None
    publish_case(report.version, now=now, by=None)
    return InspectionCase.objects.get(key="hazchem-storage-anlan")


@pytest.fixture
def run(case: InspectionCase, learner: User, now: datetime) -> Run:
    """A practice run of the learner, at the planning table."""
    return start_run(case, mode=Mode.PRACTICE, now=now, by=learner, seed=1)


Do = Callable[..., Acted]


@pytest.fixture
def do(now: datetime) -> Do:
    """Do one thing in a run: do(run, "site.enter")."""

    def perform(run: Run, verb: str, object_id: str = "", **payload: object) -> Acted:
        action = Action(verb, object_id, payload, uuid4().hex)
        acted = act(run.public_id, action, now=now, by=run.user)
        run.refresh_from_db()
        return acted

    return perform


@pytest.fixture
def on_site(run: Run, do: Do) -> Run:
    """The run on site, with two officers and certificates shown."""
    do(run, "plan.set", officers=["o2"], method="focused", items=["I01", "I02"])
    do(run, "plan.submit")
    do(run, "site.enter")
    do(run, "credentials.show")
    return run
