"""manage.py resolve_citations --text "…" — what the citations in a text say on a day."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.citations import parse_citations
from courses.queries.law import explain_many


class Command(BaseCommand):
    help = "Resolve every citation of a text to the article in force on a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--text", required=True)
        parser.add_argument("--on", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--statute", default="", help="statute the text stands in")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        places = parse_citations(options["text"], options["statute"] or None)
        rows = []
        for place, answer in zip(places, explain_many(places, on), strict=True):
            found = answer.found
            rows.append(
                {
                    "raw": place.raw,
                    "start": place.start,
                    "end": place.end,
                    "key": answer.key,
                    "citation": answer.citation,
                    "resolved": found is not None,
                    "reason": answer.reason,
                    "on": on.isoformat(),
                    "statute": found.statute_title if found else None,
                    "edition": found.edition_from.isoformat() if found else None,
                    "article": found.article_number if found else None,
                    "text": found.text if found else None,
                    "in_force": found.in_force if found else None,
                    "is_gist": found.is_gist if found else None,
                    "sha256": found.sha256 if found else None,
                    "url": found.url if found else None,
                }
            )
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            self.stdout.write(f"{row['citation']}: {row['text'] or row['reason']}")
