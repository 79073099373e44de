"""Print the next unused one-time code of an account; only in the demo."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice


class Command(BaseCommand):
    help = "Print the next unused one-time code of USER (demo and debug only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")

    def handle(self, *args: Any, **options: Any) -> str:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("One-time codes are only printed in the demo.")
        device = TOTPDevice.objects.filter(
            user__username=options["user"], confirmed=True
        ).first()
        if device is None:
            raise CommandError(f"{options['user']} has no authenticator.")
        step = max(_step(device), device.last_t + 1)
        while _step(device) < step - device.tolerance:
            time.sleep(0.5)
        ahead = step - _step(device) + device.drift
        code = totp(device.bin_key, device.step, device.t0, device.digits, ahead)
        return str(code).zfill(device.digits)


def _step(device: TOTPDevice) -> int:
    """The step in the middle of what is accepted; it moves when codes came early."""
    return int((time.time() - device.t0) // device.step + device.drift)
