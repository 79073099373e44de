"""Take over an earlier register from a spreadsheet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Organisation, User
from credentials.errors import CredentialsError, ImportRefused
from credentials.formats.earlier import read_entries
from credentials.models import Scheme
from credentials.services.migration import import_register


class Command(BaseCommand):
    help = "All rows or none; entries are marked as migrated. Two people answer for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--scheme", required=True, help="key of the scheme")
        parser.add_argument("--issuer", required=True, help="name of the organisation")
        parser.add_argument("--by", required=True, help="user name")
        parser.add_argument("--approved-by", required=True, help="user name")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        entries, problems = read_entries(path.read_bytes(), path.name)
        if problems:
            raise CommandError("\n".join(problems))
        try:
            report = import_register(
                entries,
                scheme=Scheme.objects.get(key=options["scheme"]),
                issuer=Organisation.objects.get(name=options["issuer"]),
                by=User.objects.get(username=options["by"]),
                approved_by=User.objects.get(username=options["approved_by"]),
                now=timezone.now(),
                source=path.name,
                dry_run=options["dry_run"],
            )
        except ImportRefused as error:
            raise CommandError("\n".join(error.problems)) from error
        except CredentialsError as error:
            raise CommandError(str(error)) from error
        for problem in report.problems:
            self.stdout.write(problem)
        self.stdout.write(
            f"{report.taken_over} taken over, {report.unchanged} there already"
        )
        if report.problems:
            raise CommandError(f"{len(report.problems)} rows have errors")
