"""``manage.py recompute_sitting ID|--session ID|--all``: prove stored scores."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.errors import ExamsError
from exams.models import Sitting
from exams.services.results import recompute_sitting


class Command(BaseCommand):
    """Compute scores anew from the events and compare; changes nothing."""

    help = "Recompute sittings from their events and compare with what was stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("sitting", nargs="?", help="public id of a sitting")
        which.add_argument("--session", help="public id of a session")
        which.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        scored = Sitting.objects.filter(score_versions__isnull=False).distinct()
        if options["sitting"]:
            scored = scored.filter(public_id=options["sitting"])
        elif options["session"]:
            scored = scored.filter(session__public_id=options["session"])
        same, different = 0, []
        for sitting in scored.select_related("form", "exam"):
            try:
                recompute_sitting(sitting)
                same += 1
            except ExamsError as error:
                different.append(f"{sitting.public_id}: {error}")
        self.stdout.write(f"{same} as stored, {len(different)} different")
        if different:
            raise CommandError("\n".join(different))
