"""``manage.py import_items FILE``: item files of other systems into the bank."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from courses.enums import Aspect
from exams.enums import ItemType, Level, Pool
from exams.errors import ImportRefused
from exams.formats import DIALECTS, Defaults, FileRefused
from exams.forms.item_imports import place_words, reason_words
from exams.services.item_imports import ImportReport, check_items, import_items


class Command(BaseCommand):
    """Look through a file, or take it over; refused questions are named one by one."""

    help = "Import an item file; all of it, or with --accept-good what is good of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dialect", choices=["auto", *DIALECTS], default="auto")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--accept-good", action="store_true")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--aspect", choices=Aspect.values, default="")
        parser.add_argument("--level", choices=Level.values, default=Level.KNOW.value)
        parser.add_argument("--pool", choices=Pool.values, default=Pool.EXAM.value)
        parser.add_argument("--author", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        author = User.objects.filter(username=options["author"]).first()
        if options["author"] and author is None:
            raise CommandError(f"No such person: {options['author']}")
        defaults = Defaults(options["aspect"], options["level"], options["pool"])
        try:
            data = options["file"].read_bytes()
            _reading, report = check_items(
                data, dialect=options["dialect"], defaults=defaults
            )
            refused = bool(report.rejected) and not options["accept_good"]
            if not options["dry_run"] and not refused:
                report = import_items(
                    data,
                    dialect=report.dialect,
                    defaults=defaults,
                    accept_good=options["accept_good"],
                    now=timezone.now(),
                    by=author,
                )
        except OSError as error:
            raise CommandError(str(error)) from error
        except FileRefused as refusal:
            self._tell_refusal(refusal, options["format"])
            raise SystemExit(1) from refusal
        self._tell(report, options["format"])
        if refused and not options["dry_run"]:
            self.stderr.write(str(ImportRefused.message))
            raise SystemExit(1)

    def _tell_refusal(self, refusal: FileRefused, form: str) -> None:
        words = reason_words(refusal.code, refusal.message)
        if form == "json":
            reason = {"code": refusal.code, "message": words, "at": refusal.place}
            self.stdout.write(json.dumps({"refused": reason}, ensure_ascii=False))
        else:
            self.stderr.write(f"{words} {refusal.place}".strip())

    def _tell(self, report: ImportReport, form: str) -> None:
        value = asdict(report)
        for entry in value["rejected"]:
            for reason in entry["reasons"]:
                reason["message"] = reason_words(reason["code"], reason["message"])
        if form == "json":
            self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))
            return
        self.stdout.write(
            f"{report.dialect}: {report.read} read, {report.accepted} accepted, "
            f"{len(report.rejected)} rejected, {report.stored} stored"
        )
        for kind, count in report.by_type.items():
            self.stdout.write(f"  {ItemType(kind).label} {count}")
        for entry in value["rejected"]:
            for reason in entry["reasons"]:
                line = f"{place_words(entry)}: {reason['message']} {reason['at']}"
                self.stdout.write(line.strip())
