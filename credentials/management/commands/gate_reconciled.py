"""Open the gate again after a register that went back has been reconciled."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from credentials.services.gate import reconcile_gate


class Command(BaseCommand):
    help = "Accept the present register and open the gate, in every process at once."

    def handle(self, *args: Any, **options: Any) -> None:
        reconcile_gate(now=timezone.now())
        self.stdout.write("The gate is open.")
