"""Import a case from YAML or zip, after a dry run that can also stand alone."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from simulator.case_format import locate
from simulator.data import Finding
from simulator.engine import CaseError
from simulator.errors import SimulatorError
from simulator.services.archives import read_package
from simulator.services.cases import (
    ImportReport,
    check_package,
    import_case,
    publish_case,
)


class Command(BaseCommand):
    help = "Import an inspection case (YAML with its drawings beside it, or a zip)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument(
            "--publish", action="store_true", help="let the bots play, then publish"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        report = self._report(path)
        self._print(report, options["format"])
        if not report.ok:
            raise CommandError("Nothing was imported.")
        if options["dry_run"]:
            return
        try:
            imported = import_case(read_package(path), now=timezone.now())
            if options["publish"] and imported.version is not None:
                publish_case(imported.version, now=timezone.now(), by=None)
        except SimulatorError as error:
            raise CommandError(error.detail) from error
        if options["format"] == "text":
            self.stdout.write(f"{imported.case_key} {imported.number}: imported")

    def _report(self, path: Path) -> ImportReport:
        try:
            return check_package(read_package(path), today=timezone.localdate())
        except CaseError as error:
            findings = tuple(
                Finding("error", problem.path, locate(problem, {}), problem.text)
                for problem in error.problems
            )
        except SimulatorError as error:
            findings = (Finding("error", "", None, error.detail),)
        return ImportReport("", 0, "", findings)

    def _print(self, report: ImportReport, form: str) -> None:
        if form == "json":
            shown = {
                "case": report.case_key,
                "version": report.number,
                "sha256": report.sha256,
                "ok": report.ok,
                "findings": [asdict(finding) for finding in report.findings],
                "changes": list(report.changes),
            }
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        for finding in report.findings:
            line = f"line {finding.line}, " if finding.line else ""
            self.stdout.write(
                f"{finding.level}: {line}{finding.path}: {finding.message}"
            )
        for change in report.changes:
            self.stdout.write(f"differs from the live version: {change}")
