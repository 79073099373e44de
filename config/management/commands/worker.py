"""The worker process: runs what is enqueued, and outlives its database."""

import logging
import time
from typing import Any

from django.db import DatabaseError, connections
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker

logger = logging.getLogger(__name__)
WAIT_SECONDS = 1


class Command(DatabaseWorker):
    help = "Run enqueued tasks until stopped by Ctrl-C or SIGTERM."

    def handle(self, **options: Any) -> None:
        while True:
            try:
                return super().handle(**options)
            except DatabaseError:
                logger.exception("the database is away or locked; trying again")
            connections.close_all()
            time.sleep(WAIT_SECONDS)
