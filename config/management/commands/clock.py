"""The clock process: enqueues what is due, and nothing else."""

import logging
import signal
import time
from datetime import datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from config.clock import due, load

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Enqueue periodic tasks until stopped by Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        running = True

        def stop(signum: int, frame: FrameType | None) -> None:
            nonlocal running
            running = False

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        last: dict[str, datetime] = {}
        while running:
            try:
                enqueue_due(last, timezone.now())
            except DatabaseError:
                logger.exception("the database is away or locked; trying again")
            close_old_connections()
            time.sleep(1)


def enqueue_due(last: dict[str, datetime], now: datetime) -> None:
    """Enqueue what is due; what could not be enqueued stays due."""
    for periodic in due(last, now):
        load(periodic).enqueue()
        last[periodic.task] = now
