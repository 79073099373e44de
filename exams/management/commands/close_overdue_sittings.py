"""``manage.py close_overdue_sittings``: what the clock does every few seconds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from exams.services import close_and_mark


class Command(BaseCommand):
    """Close sittings whose time is over and mark closed ones."""

    help = "Close sittings whose time is over, and mark those that wait for it."

    def handle(self, *args: Any, **options: Any) -> None:
        closed, marked, failed = close_and_mark(now=timezone.now())
        self.stdout.write(f"{closed} closed, {marked} marked")
        for sitting_id in failed:
            self.stderr.write(f"not closed: {sitting_id}")
