"""Prove that an entry stands in the ledger, or that a later tree only added entries."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from credentials.models import Checkpoint, LedgerEntry
from credentials.queries.verification import leaves_until
from credentials.rules.merkle import consistency_proof, inclusion_proof


class Command(BaseCommand):
    help = (
        "JSON with the proof of RFC 9162 for the last checkpoint (or --size): of "
        "inclusion of entry SEQUENCE, or with --from of consistency with an earlier one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sequence", type=int, nargs="?")
        parser.add_argument("--size", type=int, help="size of the checkpoint")
        parser.add_argument("--from", type=int, dest="earlier", metavar="SIZE")

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = self._checkpoint(options["size"])
        leaves = list(leaves_until(checkpoint.size))
        record: dict[str, Any] = {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "signature": checkpoint.signature,
        }
        earlier, sequence = options["earlier"], options["sequence"]
        if earlier is not None:
            before = self._checkpoint(earlier)
            record |= {"earlier": before.size, "earlier_root": before.root}
            proof = consistency_proof(leaves, before.size)
        elif sequence and sequence <= checkpoint.size:
            entry = LedgerEntry.objects.get(sequence=sequence)
            record |= {"sequence": sequence, "hash": entry.hash}
            proof = inclusion_proof(leaves, sequence - 1)
        else:
            raise CommandError("Name an entry below the checkpoint, or --from SIZE.")
        record["proof"] = [part.hex() for part in proof]
        self.stdout.write(json.dumps(record))

    def _checkpoint(self, size: int | None) -> Checkpoint:
        rows = Checkpoint.objects.order_by("size")
        if size is not None:
            rows = rows.filter(size=size)
        checkpoint = rows.last()
        if checkpoint is None:
            raise CommandError("There is no such checkpoint.")
        return checkpoint
