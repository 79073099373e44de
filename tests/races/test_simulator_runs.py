"""Two devices, one run: nothing lost, nothing twice. PostgreSQL makes it real."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from simulator.engine import Action
from simulator.enums import Mode
from simulator.models import InspectionCase, Run, RunEvent
from simulator.queries import chain_break
from simulator.services.archives import read_package
from simulator.services.cases import import_case, publish_case
from simulator.services.runs import act, start_run
from tests.simulator.conftest import CASE_FILE

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORKERS = 4

pytestmark = pytest.mark.race


@pytest.fixture
def officer(committed_db: None) -> User:
    name = f"racer-{uuid4().hex[:8]}"
    return User.objects.create_user(name, "correct horse battery", name="竞速")


@pytest.fixture
def published(committed_db: None) -> InspectionCase:
    """The case; what is committed stays, so a second test finds it published."""
    report = import_case(read_package(CASE_FILE), now=NOW)
    assert report.version is not None
    publish_case(report.version, now=NOW, by=None)
    return InspectionCase.objects.get(key=report.case_key)


def at_once(work: object, jobs: list[object]) -> list[object]:
    def one(job: object) -> object:
        try:
            return work(job)  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, jobs))


def test_two_devices_acting_at_once_keep_one_chain(
    officer: User, published: InspectionCase
) -> None:
    run = start_run(published, mode=Mode.PRACTICE, now=NOW, by=officer, seed=1)
    for verb in ("plan.submit", "site.enter", "credentials.show"):
        act(
            run.public_id,
            Action(verb, client_event_id=uuid4().hex),
            now=NOW,
            by=officer,
        )
    things = ["h_g_roster", "h_g_window", "h_g_calendar", "h_g_aircon", "h_g_clock",
              "h_g_panel", "h_g_contacts", "h_g_keys"]  # fmt: skip

    at_once(
        lambda thing: act(
            run.public_id,
            Action("hotspot.inspect", thing, {}, f"device-{thing}"),
            now=NOW,
            by=officer,
        ),
        [*things, *things],
    )

    run.refresh_from_db()
    assert run.events.filter(verb="hotspot.inspect").count() == len(things)
    assert chain_break(run) is None


def test_assessment_started_on_two_devices_is_one(
    officer: User, published: InspectionCase
) -> None:
    runs = at_once(
        lambda _: start_run(published, mode=Mode.EXAM, now=NOW, by=officer).pk,
        list(range(6)),
    )

    assert len(set(runs)) == 1
    assert Run.objects.filter(user=officer).count() == 1


def test_without_the_lock_the_database_itself_refuses_a_second_link(
    officer: User, published: InspectionCase
) -> None:
    run = start_run(published, mode=Mode.PRACTICE, now=NOW, by=officer, seed=1)

    def append(_: object) -> bool:
        row = RunEvent(
            run=run, seq=2, client_event_id=uuid4().hex, at_server=NOW, phase="PREPARE",
            actor="trainee", verb="plan.submit", prev_hash=run.head_hash, hash="0" * 64,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    assert at_once(append, [1, 2, 3, 4]).count(True) == 1
