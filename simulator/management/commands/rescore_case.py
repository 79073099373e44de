"""What a corrected key would change in finished runs; proposes it when asked to."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from simulator.errors import SimulatorError
from simulator.models import CaseVersion
from simulator.services.rescoring import Compared, compare_keys, propose_rescoring


class Command(BaseCommand):
    help = (
        "List the results a corrected key would change. With --propose the list waits "
        "in the back office for a second person; this command applies nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case")
        parser.add_argument("--old", type=int, required=True, help="version played")
        parser.add_argument("--new", type=int, required=True, help="corrected version")
        parser.add_argument("--propose", action="store_true")
        parser.add_argument("--by", help="user name of the proposer")
        parser.add_argument("--reason", default="")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        old = self._version(options["case"], options["old"])
        new = self._version(options["case"], options["new"])
        try:
            compared = compare_keys(old, new)
            proposal = self._propose(old, new, options) if options["propose"] else ""
        except SimulatorError as error:
            raise CommandError(error.detail) from error
        shown = _shown(compared) | {"proposal": proposal}
        if options["format"] == "json":
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        for change in shown["changes"]:
            flip = "" if change["passed"] == change["now_passed"] else "  passing flips"
            self.stdout.write(
                f"{change['run']}  {change['score']} -> {change['new_score']}"
                f"  {', '.join(change['items'])}{flip}"
            )
        self.stdout.write(
            f"{len(shown['changes'])} of {shown['runs']} results would change."
        )
        if proposal:
            self.stdout.write(f"Proposed as {proposal}: a second person decides.")

    def _propose(
        self, old: CaseVersion, new: CaseVersion, options: dict[str, Any]
    ) -> str:
        by = User.objects.filter(username=options["by"]).first()
        if by is None or not options["reason"].strip():
            raise CommandError("A proposal needs --by and --reason.")
        made = propose_rescoring(
            old, new, now=timezone.now(), by=by, reason=options["reason"].strip()
        )
        return str(made.public_id)

    def _version(self, key: str, number: int) -> CaseVersion:
        version = (
            CaseVersion.objects.select_related("case")
            .filter(case__key=key, number=number)
            .first()
        )
        if version is None:
            raise CommandError(f"There is no version {number} of {key}.")
        return version


def _shown(compared: Compared) -> dict[str, Any]:
    return {
        "runs": compared.runs,
        "changes": [
            {
                "run": change.run_id,
                "score": change.total,
                "new_score": change.new_total,
                "passed": change.passed,
                "now_passed": change.now_passed,
                "items": list(change.items),
            }
            for change in compared.changes
        ],
    }
