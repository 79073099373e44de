"""The database keeps history by itself, on either database."""

import pytest
from django.db import DatabaseError, connection, transaction

from simulator.models import CaseMedia, CaseVersion, InspectionCase, Run, RunEvent


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_event_update_is_refused(run: Run) -> None:
    assert refused("UPDATE simulator_runevent SET verb = 'x'")
    assert RunEvent.objects.filter(verb="x").count() == 0


def test_event_delete_is_refused(run: Run) -> None:
    assert refused("DELETE FROM simulator_runevent")
    assert run.events.count() == 1


@pytest.mark.parametrize("table", ["runevent", "caseversion", "casemedia"])
def test_emptying_a_table_of_history_is_refused(run: Run, table: str) -> None:
    empty = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"

    assert refused(f"{empty} simulator_{table} {'' if empty[0] == 'D' else 'CASCADE'}")
    assert run.events.count() == 1


def test_published_version_is_immutable(case: InspectionCase) -> None:
    assert refused("UPDATE simulator_caseversion SET payload = 'x'")
    assert refused("UPDATE simulator_caseversion SET sha256 = 'x'")


def test_published_version_never_returns_to_draft(case: InspectionCase) -> None:
    assert refused("UPDATE simulator_caseversion SET status = 'draft'")


def test_published_version_cannot_be_deleted(case: InspectionCase) -> None:
    InspectionCase.objects.update(live_version=None)

    assert refused("DELETE FROM simulator_caseversion")
    assert CaseVersion.objects.count() == 1


def test_drawing_of_published_version_is_immutable(case: InspectionCase) -> None:
    assert refused("UPDATE simulator_casemedia SET path = 'x'")
    assert refused("DELETE FROM simulator_casemedia")
    assert CaseMedia.objects.count() == 7
