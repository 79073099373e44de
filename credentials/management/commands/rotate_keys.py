"""Make a new signing key and retire the present one."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from credentials.services.keys import key_directory, rotate_keys


class Command(BaseCommand):
    help = "Make a new signing key; the retired one stays published."

    def handle(self, *args: Any, **options: Any) -> None:
        key = rotate_keys(now=timezone.now())
        self.stdout.write(f"{key.kid} in {key_directory()}")
