"""Recompute the rows of the register from the ledger."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from credentials.services.rebuild import rebuild_register


class Command(BaseCommand):
    help = "Report rows that differ from the ledger (exit 1); --repair writes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        answer = rebuild_register(repair=options["repair"])
        if options["format"] == "json":
            self.stdout.write(
                json.dumps(
                    {
                        "qualifications": answer.qualifications,
                        "differences": answer.differences,
                        "repaired": options["repair"],
                    }
                )
            )
        else:
            for line in answer.differences:
                self.stdout.write(line)
            self.stdout.write(
                f"{answer.qualifications} rows, {len(answer.differences)} differences"
            )
        if answer.differences and not options["repair"]:
            sys.exit(1)
