from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django_tasks.backends.dummy import DummyBackend

from config.clock import SCHEDULE, Periodic, due, load
from config.management.commands.clock import enqueue_due

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOURLY = Periodic("x", timedelta(hours=1))


def test_what_never_ran_is_due():
    assert list(due({}, NOW, (HOURLY,))) == [HOURLY]


def test_what_ran_is_due_again_after_its_interval():
    assert list(due({"x": NOW - timedelta(minutes=59)}, NOW, (HOURLY,))) == []
    assert list(due({"x": NOW - timedelta(hours=1)}, NOW, (HOURLY,))) == [HOURLY]


def test_every_entry_of_the_schedule_is_a_task():
    for periodic in SCHEDULE:
        assert callable(load(periodic).func)


def test_what_could_not_be_enqueued_stays_due(settings):
    done: dict[str, datetime] = {}
    settings.TASKS = {"default": {"BACKEND": "tests.project.test_clock.NoDatabase"}}

    with pytest.raises(OperationalError):
        enqueue_due(done, NOW)

    assert done == {}


class NoDatabase(DummyBackend):
    def enqueue(self, task, args, kwargs):
        raise OperationalError("database is locked")
