"""The worker outlives its database."""

from django.core.management import call_command
from django.db import OperationalError
from django_tasks_db.management.commands import db_worker

from config.management.commands import worker


def test_worker_goes_on_when_the_database_comes_back(monkeypatch, settings, db):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    met = []

    def run(self):
        met.append(self)
        if len(met) < 3:
            raise OperationalError("database is locked")

    monkeypatch.setattr(db_worker.Worker, "run", run)
    monkeypatch.setattr(worker, "WAIT_SECONDS", 0)
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)

    call_command("worker")

    assert len(met) == 3
