"""Check the ledger of qualifications from its first entry to its last."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from credentials.models import Checkpoint
from credentials.queries.verification import verify_ledger


class Command(BaseCommand):
    help = (
        "Find any edit, gap, reorder or truncation; exit 1 names the first bad entry."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=int, metavar="SIZE", help="only after this checkpoint"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        since = None
        if options["since"] is not None:
            since = Checkpoint.objects.filter(size=options["since"]).first()
            if since is None:
                raise CommandError(
                    f"There is no checkpoint of size {options['since']}."
                )
        answer = verify_ledger(since=since)
        fault = answer.fault
        if options["format"] == "json":
            record = {
                "intact": answer.intact,
                "entries": answer.entries,
                "since": answer.since,
                "head": answer.head,
                "checkpoints": answer.checkpoints,
                "first_bad": {"sequence": fault.seq, "reason": fault.reason}
                if fault
                else None,
            }
            self.stdout.write(json.dumps(record))
        elif fault:
            self.stdout.write(f"BROKEN at entry {fault.seq}: {fault.reason}")
        else:
            self.stdout.write(f"intact: {answer.entries} entries, head {answer.head}")
        if fault:
            sys.exit(1)
