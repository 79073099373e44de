"""Write the whole register to a file: JSON with the ledger, or a spreadsheet."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from openpyxl import Workbook

from credentials.queries.export import (
    COLUMNS,
    checkpoint_records,
    ledger_records,
    qualification_records,
)


class Command(BaseCommand):
    help = "FILE.json holds qualifications, ledger and checkpoints; FILE.xlsx the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.suffix == ".xlsx":
            _write_xlsx(path)
        else:
            record = {
                "qualifications": list(qualification_records()),
                "ledger": list(ledger_records()),
                "checkpoints": list(checkpoint_records()),
            }
            path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        self.stdout.write(str(path))


def _write_xlsx(path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("register")
    sheet.append(list(COLUMNS))
    for record in qualification_records():
        sheet.append([_cell(record[column]) for column in COLUMNS])
    book.save(path)


def _cell(value: Any) -> Any:
    return "、".join(value) if isinstance(value, list) else value
