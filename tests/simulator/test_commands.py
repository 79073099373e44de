"""Commands a human types: import, export, replay, bots."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from simulator.enums import Mode
from simulator.models import CaseVersion, InspectionCase, Run
from simulator.services.bots import play_as
from tests.simulator.conftest import CASE_FILE, Do


def answer(*args: object, **options: object) -> Any:
    out = StringIO()
    call_command(*args, stdout=out, format="json", **options)
    return json.loads(out.getvalue())


def test_import_dry_run_writes_nothing(db: None) -> None:
    report = answer("import_case", str(CASE_FILE), dry_run=True)

    assert (report["ok"], report["case"]) == (True, "hazchem-storage-anlan")
    assert CaseVersion.objects.count() == 0


def test_import_of_broken_file_names_path_and_line(db: None, tmp_path: Path) -> None:
    broken = tmp_path / "case.yaml"
    broken.write_text("format: inspection-case/1\ncase: [\n", "utf-8")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("import_case", str(broken), stdout=out, format="json")

    assert json.loads(out.getvalue())["ok"] is False


def test_import_publish_and_export_round_trip(db: None, tmp_path: Path) -> None:
    call_command("import_case", str(CASE_FILE), publish=True, stdout=StringIO())
    target = tmp_path / "case.zip"
    call_command("export_case", "hazchem-storage-anlan", str(target), stdout=StringIO())

    report = answer("import_case", str(target), dry_run=True)

    assert report["ok"] is True
    assert report["changes"] == []
    assert report["sha256"] == CaseVersion.objects.get().sha256


@pytest.fixture
def played(case: InspectionCase, learner: Any, now: Any) -> Run:
    return play_as(case, user=learner, mode=Mode.EXAM, strategy="competent",
                   seed=5, now=now)  # fmt: skip


def test_replay_of_a_played_run_finds_it_the_same(played: Run) -> None:
    result = answer("replay_run", str(played.public_id))

    assert result["same"] is True
    assert result["recomputed_score"] == result["stored_score"]


def test_replay_of_a_run_with_incidents_and_office_days(on_site: Run, do: Do) -> None:
    do(on_site, "item.record", "I02", mark="violation")
    do(on_site, "record.sign")
    do(on_site, "scene.move", "leave")
    do(
        on_site,
        "order.deadline",
        items=["I02"],
        days=10,
        reinspection_date="2026-12-01",
    )
    do(on_site, "reinspect.item", "I02")
    do(on_site, "run.submit")

    assert answer("replay_run", str(on_site.public_id))["same"] is True


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE simulator_runevent SET payload = '{\"items\": []}' WHERE seq = 3",
        "UPDATE simulator_runevent SET cost_min = cost_min + 1 WHERE seq = 5",
        "UPDATE simulator_runevent SET verb = 'purpose.state' WHERE seq = 4",
        "UPDATE simulator_runevent SET at_server = '2020-01-01 00:00:00+00:00' WHERE seq = 3",
        "DELETE FROM simulator_runevent WHERE seq = 6",
    ],
)
def test_one_changed_event_is_found(played: Run, change: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(change)
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            cursor.execute("DROP TRIGGER simulator_runevent_no_update")
            cursor.execute("DROP TRIGGER simulator_runevent_no_delete")
            cursor.execute(change)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("replay_run", str(played.public_id), stdout=out, format="json")

    difference = json.loads(out.getvalue())["difference"]
    assert difference["where"] == "chain"
    assert difference["seq"] in range(3, 8)


def test_changed_score_is_found(played: Run) -> None:
    played.reports.update(score=99.0)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("replay_run", str(played.public_id), stdout=out, format="json")

    assert json.loads(out.getvalue())["difference"]["where"] == "score"


def test_bots_print_every_strategy(case: InspectionCase) -> None:
    (table,) = answer("play_bots", case.key, runs=1)

    rates = {row["strategy"]: row["pass_rate"] for row in table["strategies"]}
    assert rates["expert"] == 1.0
    assert {rates[name] for name in ("tick_everything", "no_notice", "alone")} == {0.0}
    assert table["problems"] == []
