"""Export a version of a case as zip (with drawings) or YAML, without loss."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator.case_format import dump_case
from simulator.models import CaseVersion
from simulator.queries import payload_of
from simulator.services.archives import write_zip


class Command(BaseCommand):
    help = "Export a case: the live version, or the one given by --number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case")
        parser.add_argument("file", type=Path, help="ends in .zip or .yaml")
        parser.add_argument("--number", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        version = self._version(options["case"], options["number"])
        if path.suffix == ".zip":
            path.write_bytes(write_zip(version))
        elif path.suffix in {".yaml", ".yml"}:
            path.write_text(dump_case(payload_of(version)), "utf-8")
        else:
            raise CommandError("The file must end in .zip or .yaml.")
        self.stdout.write(f"{version.case.key} {version.number}: {path}")

    def _version(self, key: str, number: int | None) -> CaseVersion:
        versions = CaseVersion.objects.select_related("case").filter(case__key=key)
        if number is not None:
            versions = versions.filter(number=number)
        version = versions.order_by("-number").first()
        if version is None:
            raise CommandError(f"There is no such version of {key}.")
        return version
