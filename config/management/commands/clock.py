"""The clock process: enqueues what is due, and nothing else."""

import signal
import time
from datetime import datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.clock import due, load


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
            now = timezone.now()
            for periodic in due(last, now):
                load(periodic).enqueue()
                last[periodic.task] = now
            time.sleep(1)
