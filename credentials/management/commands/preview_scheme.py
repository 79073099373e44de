"""Whom a draft of a scheme would touch, over the whole register."""

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from credentials.models import SchemeVersion
from credentials.queries.preview import preview_version


class Command(BaseCommand):
    help = "Who would gain, lose or need something, and when; changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme", help="key of the scheme")
        parser.add_argument("--version-number", type=int, help="default: the last one")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        versions = SchemeVersion.objects.filter(scheme__key=options["scheme"])
        if options["version_number"] is not None:
            versions = versions.filter(number=options["version_number"])
        version = versions.select_related("scheme__organisation").last()
        if version is None:
            raise CommandError(f"There is no such version of {options['scheme']}.")
        counts: Counter[str] = Counter()
        for effect in preview_version(version, now=timezone.now()):
            counts[effect.kind] += 1
            record = {
                "officer": str(effect.officer.public_id),
                "kind": effect.kind,
                "what": list(effect.missing),
                "since": effect.since.isoformat(),
            }
            if options["format"] == "json":
                self.stdout.write(json.dumps(record))
            else:
                what = ", ".join(effect.missing)
                self.stdout.write(f"{record['officer']} {effect.kind} {what}")
        if options["format"] == "text":
            self.stdout.write(", ".join(f"{n} {kind}" for kind, n in counts.items()))
