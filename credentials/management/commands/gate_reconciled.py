"""Open the gate again after a register that went back has been reconciled."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from credentials.gate.water import HighWater
from credentials.services.gate import thaw_gate


class Command(BaseCommand):
    help = "Accept the present register and open the gate; restart the server after."

    def handle(self, *args: Any, **options: Any) -> None:
        HighWater().forget()
        thaw_gate(now=timezone.now())
        self.stdout.write("The gate is open.")
