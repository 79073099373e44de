"""manage.py check_citations — every citation in all content against the law of a day."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.queries.law import check_places, cited_places


class Command(BaseCommand):
    help = "List all citations; exit with 1 when one is unresolved or stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        checked = check_places(cited_places(), on)
        bad = [found for found in checked if found.status != "ok"]
        if options["format"] == "json":
            rows = [
                {
                    "kind": found.kind,
                    "object": found.object_id,
                    "title": found.title,
                    "key": found.key,
                    "citation": found.citation,
                    "law_as_of": found.law_as_of.isoformat(),
                    "status": found.status,
                    "reason": found.reason,
                }
                for found in checked
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            for found in checked:
                self.stdout.write(
                    f"{found.status}\t{found.kind}\t{found.title}\t{found.citation}"
                    + (f"\t{found.reason}" if found.reason else "")
                )
            self.stdout.write(
                f"{len(checked)} citations on {on}: {len(checked) - len(bad)} ok, "
                f"{len(bad)} unresolved or stale"
            )
        if bad:
            sys.exit(1)
