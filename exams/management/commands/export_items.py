"""``manage.py export_items FILE``: the bank, or part of it, as a file for others."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from courses.enums import Aspect
from exams.enums import ItemType, Pool
from exams.formats import DIALECTS
from exams.forms.item_imports import reason_words
from exams.queries.bank import STATES, bank_items, filter_items
from exams.services.item_imports import export_bank


class Command(BaseCommand):
    """Write items; what the dialect cannot say is left out and named."""

    help = "Export items without loss; what a dialect cannot say is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dialect", choices=list(DIALECTS), required=True)
        parser.add_argument("--aspect", choices=Aspect.values, default="")
        parser.add_argument("--type", choices=ItemType.values, default="")
        parser.add_argument("--pool", choices=Pool.values, default="")
        parser.add_argument("--state", choices=STATES, default="")

    def handle(self, *args: Any, **options: Any) -> None:
        terms = {name: options[name] for name in ("aspect", "type", "pool", "state")}
        items = filter_items(bank_items(), terms).order_by("key")
        export = export_bank(items, options["dialect"])
        options["file"].write_bytes(export.data)
        self.stdout.write(f"{len(export.written)} items")
        for draft, problem in export.left_out:
            words = reason_words(problem.code, problem.message)
            self.stderr.write(f"{draft.key}: {words} {problem.place}".strip())
        for case_set in export.sets_left_out:
            words = _("Case sets left out")
            self.stderr.write(f"{words}: {case_set.key}")
