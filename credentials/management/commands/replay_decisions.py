"""List the decisions that would flip under another version of a scheme."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from credentials.data import SchemeTerms
from credentials.gate.replay import replay_decisions
from credentials.models import SchemeVersion
from credentials.rules.scheme import FUNCTIONS


class Command(BaseCommand):
    help = "Dry run of a scheme version over the decisions of the last days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("scheme")
        parser.add_argument("version", type=int)
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--quorum", type=int, help="try another quorum")

    def handle(self, *args: Any, **options: Any) -> None:
        version = SchemeVersion.objects.filter(
            scheme__key=options["scheme"], number=options["version"]
        ).first()
        if version is None:
            raise CommandError("There is no such scheme version.")
        terms = _terms(options["scheme"], version)
        if options["quorum"]:
            terms = replace(terms, quorum=options["quorum"])
        now = timezone.now()
        flips = list(
            replay_decisions(
                terms, since=now - timedelta(days=options["days"]), until=now
            )
        )
        for flip in flips:
            change = "yes → no" if flip.was else "no → yes"
            self.stdout.write(
                f"{flip.evaluation_id} {flip.inspection} {change} {flip.reason}"
            )
        self.stdout.write(f"{len(flips)} would flip")


def _terms(key: str, version: SchemeVersion) -> SchemeTerms:
    rules = version.rules()
    return SchemeTerms(
        scheme=key,
        version=version.number,
        sectors=frozenset(rules.sectors),
        methods=frozenset(rules.methods),
        quorum=rules.quorum,
        lead_required=rules.lead_required,
        functions=FUNCTIONS[rules.kind],
    )
