"""Recompute a run from its log and compare with what is stored."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator.models import Run
from simulator.services.replay import replay


class Command(BaseCommand):
    help = "Verify the chain of a run, play it again and compare state and score."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=UUID)
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        run = (
            Run.objects.select_related("version__case")
            .filter(public_id=options["run"])
            .first()
        )
        if run is None:
            raise CommandError("There is no such run.")
        result = replay(run)
        if options["format"] == "json":
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(
                f"{result['events']} events, score {result['recomputed_score']}, "
                f"stored {result['stored_score']}: "
                + ("the same" if result["same"] else f"differs: {result['difference']}")
            )
        if not result["same"]:
            raise CommandError("The run does not follow from its log.")
