"""``manage.py load_items DIR``: reviewed item files into the bank."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from exams.errors import ItemRefused
from exams.services.item_files import load_item_directory


class Command(BaseCommand):
    """Load item files; with ``--reviewer`` they are approved in that name."""

    help = "Load every *.yaml of a directory into the item bank, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--author", default="")
        parser.add_argument("--reviewer", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        people = {
            role: User.objects.filter(username=options[role]).first()
            for role in ("author", "reviewer")
        }
        for role, person in people.items():
            if options[role] and person is None:
                raise CommandError(f"No such person: {options[role]}")
        try:
            count = load_item_directory(
                options["directory"],
                now=timezone.now(),
                by=people["author"],
                reviewer=people["reviewer"],
            )
        except ItemRefused as refusal:
            lines = [f"{p.place}: {p.message} ({p.code})" for p in refusal.problems]
            raise CommandError("\n".join(lines)) from refusal
        self.stdout.write(f"{count} items")
