"""Was somebody qualified on a day, as known on another?"""

import json
import sys
import uuid
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import User
from credentials.enums import QualificationState
from credentials.queries import was_qualified
from credentials.queries.register import zone


class Command(BaseCommand):
    help = "Answer from the ledger alone; exit 1 when there was no valid qualification."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("officer", help="user name, officer number or public id")
        parser.add_argument("--on", required=True, help="day or instant (ISO 8601)")
        parser.add_argument("--as-known", help="day or instant; default: now")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        officer = _officer(options["officer"])
        at = _instant(options["on"], end_of_day=False)
        known = options["as_known"]
        known_at = _instant(known, end_of_day=True) if known else None
        answers = was_qualified(officer, at=at, known_at=known_at)
        rows = [
            {
                "qualification": str(key),
                "scheme": scheme,
                "state": str(state),
                "number": standing.number,
                "valid_from": _text(standing.valid_from),
                "valid_to": _text(standing.valid_to),
                "suspended_since": _text(standing.suspended_since),
                "ground": standing.ground,
                "revision": standing.last_sequence,
            }
            for key, scheme, standing, state in answers
        ]
        qualified = any(state == QualificationState.ACTIVE for *_, state in answers)
        if options["format"] == "json":
            record = {"qualified": qualified, "on": _text(at), "qualifications": rows}
            self.stdout.write(json.dumps(record))
        else:
            self.stdout.write("qualified" if qualified else "not qualified")
            for row in rows:
                self.stdout.write(f"  {row['scheme']} {row['state']} {row['number']}")
        if not qualified:
            sys.exit(1)


def _officer(text: str) -> User:
    query = Q(username=text) | Q(officer_number=text)
    with suppress(ValueError):
        query |= Q(public_id=uuid.UUID(text))
    officer = User.objects.filter(query).first()
    if officer is None:
        raise CommandError(f"Nobody is known as {text}.")
    return officer


def _instant(text: str, *, end_of_day: bool) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is not a day or an instant.") from None
    if len(text) <= 10:
        moment = datetime.combine(moment.date(), time.max if end_of_day else time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone())


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
