"""What happens by the clock: the one visible home of everything periodic.

The clock only enqueues. State is computed from time, so a late clock changes nothing
that is true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django_tasks.base import Task


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task by its dotted path, and how often it is enqueued."""

    task: str
    every: timedelta


SCHEDULE: tuple[Periodic, ...] = (
    Periodic("exams.tasks.close_overdue_sittings", timedelta(seconds=5)),
    Periodic("exams.tasks.sync_stale_items", timedelta(hours=1)),
    Periodic("simulator.tasks.close_overdue_runs", timedelta(seconds=30)),
    Periodic("courses.tasks.publish_scheduled", timedelta(minutes=1)),
    Periodic("courses.tasks.remind_of_deadlines", timedelta(hours=1)),
    Periodic("courses.tasks.flag_stale_citations", timedelta(hours=1)),
    Periodic("credentials.tasks.deliver_webhooks", timedelta(seconds=5)),
    Periodic("credentials.tasks.seal_decisions", timedelta(minutes=5)),
    Periodic("credentials.tasks.close_expired", timedelta(hours=1)),
    Periodic("credentials.tasks.make_checkpoint", timedelta(hours=1)),
    Periodic("credentials.tasks.ask_for_reviews", timedelta(minutes=10)),
    Periodic("credentials.tasks.send_reminders", timedelta(hours=6)),
    Periodic("accounts.tasks.erase_expired_data", timedelta(days=1)),
)


def load(periodic: Periodic) -> "Task[..., Any]":
    """The task behind the dotted path; ImportError or AttributeError when it is gone."""
    module, _, name = periodic.task.rpartition(".")
    task: Task[..., Any] = getattr(import_module(module), name)
    return task


def due(
    last: dict[str, datetime], now: datetime, schedule: tuple[Periodic, ...] = SCHEDULE
) -> Iterator[Periodic]:
    """The entries whose interval has passed since they were last enqueued."""
    for periodic in schedule:
        before = last.get(periodic.task)
        if before is None or now - before >= periodic.every:
            yield periodic
