"""Import a roster file: everything, or nothing with the rows to mend."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import RosterRefused
from accounts.services import import_roster


class Command(BaseCommand):
    help = "Import people from FILE (.xlsx or .csv); idempotent by officer number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> str:
        path: Path = options["file"]
        try:
            report = import_roster(
                path.read_bytes(),
                path.name,
                now=timezone.now(),
                by=None,
                dry_run=options["dry_run"],
            )
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
        except RosterRefused as refused:
            for problem in refused.problems:
                self.stderr.write(
                    f"row {problem.row} {problem.column}: "
                    f"{problem.code} {problem.value}"
                )
            raise CommandError(str(refused)) from refused
        would = "would be " if report.dry_run else ""
        return (
            f"{report.read} rows: {report.created} {would}created, "
            f"{report.updated} {would}updated, {report.unchanged} unchanged"
        )
