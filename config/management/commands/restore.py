"""Replace the database and the uploaded files by those of a backup."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.backup import BackupError, restore


class Command(BaseCommand):
    help = "Replace everything by the backup FILE; stop all processes first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="yes, replace what is there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["replace"]:
            raise CommandError("This replaces all data. Add --replace to go on.")
        database = dict(connection.settings_dict)
        connection.close()
        try:
            restore(database, Path(settings.MEDIA_ROOT), options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
