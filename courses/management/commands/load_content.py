from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from courses.errors import CourseError
from courses.services.content import load_content


class Command(BaseCommand):
    help = "Loads courses from content files; what is unchanged stays untouched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--trainer", help="user name of the author")
        parser.add_argument("--reviewer", help="user name of the legal reviewer")

    def handle(self, *_args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory.")
        try:
            report = load_content(
                directory,
                now=timezone.now(),
                trainer=_person(options["trainer"]),
                reviewer=_person(options["reviewer"]),
            )
        except CourseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.courses} courses, {report.lessons} lessons loaded, "
            f"{report.unchanged} unchanged"
        )


def _person(username: str | None) -> User | None:
    if not username:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no user {username}.") from error
