"""Commands a human types: import, export, replay, bots."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from simulator.enums import Mode
from simulator.models import CaseVersion, InspectionCase, Run
from simulator.queries import chain_break
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


def tamper(change: str, *guards: str) -> None:
    """Change history behind the back of the database's guards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(change)
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            for guard in guards:
                cursor.execute(f"DROP TRIGGER simulator_{guard}")
            cursor.execute(change)


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
    tamper(change, "runevent_no_update", "runevent_no_delete")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("replay_run", str(played.public_id), stdout=out, format="json")

    difference = json.loads(out.getvalue())["difference"]
    assert difference["where"] == "chain"
    assert difference["seq"] in range(3, 8)


COLUMNS = {
    "seq": 99, "client_event_id": "other", "sim_clock": "2020-01-01T00:00:00",
    "phase": "junk", "actor": "system", "verb": "junk", "object_type": "junk",
    "object_id": "junk", "payload": {"junk": 1}, "cost_min": 77, "prev_hash": "f" * 64,
    "hash": "0" * 64, "at_server": datetime(2020, 1, 1, tzinfo=UTC),
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_any_column_of_any_event_is_covered_by_the_chain(
    played: Run, column: str
) -> None:
    rows = list(played.events.order_by("seq"))
    assert chain_break(played, rows) is None

    for n, row in enumerate(rows):
        kept = getattr(row, column)
        setattr(row, column, COLUMNS[column])
        found = chain_break(played, rows)
        setattr(row, column, kept)

        assert found is not None, (row.seq, column)
        assert found.seq in {n + 1, n + 2, COLUMNS["seq"]}


def test_changed_score_is_found(played: Run) -> None:
    tamper("UPDATE simulator_scorereport SET score = 99.0", "scorereport_kept")
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
