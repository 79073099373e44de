"""Reads where divisions lay from a CSV file: code,parent,since,until."""

import csv
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credentials.errors import DivisionPlacesUnfit
from credentials.services.divisions import Place, replace_places


class Command(BaseCommand):
    help = "Replaces the places of divisions by those of a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Reads, checks and replaces in one transaction."""
        with options["file"].open(encoding="utf-8-sig", newline="") as file:
            try:
                count = replace_places([_place(row) for row in csv.DictReader(file)])
            except (KeyError, TypeError, ValueError, DivisionPlacesUnfit) as error:
                raise CommandError(f"Nothing was changed: {error}") from error
        self.stdout.write(str(count))


def _place(row: dict[str, str]) -> Place:
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return row["code"], row["parent"], date.fromisoformat(row["since"]), until
