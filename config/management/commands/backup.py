"""Write the database and the uploaded files to one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.backup import BackupError, back_up


class Command(BaseCommand):
    help = "Write the database and the uploaded files to FILE (.tar)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:

        database = dict(connection.settings_dict)
        connection.close()
        try:
            back_up(database, Path(settings.MEDIA_ROOT), options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
