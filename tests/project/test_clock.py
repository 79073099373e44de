from datetime import UTC, datetime, timedelta

from config.clock import SCHEDULE, Periodic, due, load

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
