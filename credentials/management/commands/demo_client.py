"""Print credentials of the demonstration's inspection system."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from credentials.models import ConnectedApplication
from credentials.services.applications import (
    approve_application,
    issue_secret,
    propose_application,
)
from credentials.services.keys import ensure_key

NAME = "示范检查系统"
SCOPES = ("gate:evaluate", "gate:explain", "gate:offline")
PROVINCE = "970000"
OWNER = "澜州市应急管理局"


class Command(BaseCommand):
    help = "Issue a secret to the demonstration's inspection system and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--base-url", default=settings.BASE_URL)

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("Only a demonstration gives secrets away like this.")
        now = timezone.now()
        application = _application()
        ensure_key(now=now)
        secret = issue_secret(application, now=now, overlap=timedelta(hours=1))
        printed = {
            "client_id": application.client_id,
            "client_secret": secret,
            "token_url": options["base_url"] + reverse("oauth_token"),
            "scope": " ".join(SCOPES),
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(printed))
            return
        for name, value in printed.items():
            self.stdout.write(f"{name}: {value}")


def _application() -> ConnectedApplication:
    """The demonstration's system, connected or widened by two people when needed."""
    present: ConnectedApplication | None = ConnectedApplication.objects.filter(
        name=NAME, closed_at__isnull=True
    ).first()
    if present is not None and set(SCOPES) <= set(present.allowed_scopes):
        return present
    try:
        proposer = User.objects.get(username="certifier")
        approver = User.objects.get(username="certifier2")
        organisation = Organisation.objects.get(name=OWNER)
    except (User.DoesNotExist, Organisation.DoesNotExist):
        raise CommandError("Load the demonstration first: make demo") from None
    now = timezone.now()
    proposal = propose_application(
        name=NAME,
        organisation=organisation,
        divisions=[PROVINCE],
        scopes=SCOPES,
        by=proposer,
        now=now,
        application=present,
    )
    return approve_application(proposal, by=approver, now=now)
