"""Let every strategy play a case: who passes, who must not."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator.engine.publication import bot_table, played_by, publication_problems
from simulator.models import InspectionCase
from simulator.queries import live_case, playable_cases


class Command(BaseCommand):
    help = "Play cases with bots; prints mean, spread and pass rate per strategy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", nargs="?")
        parser.add_argument("--all", action="store_true")
        parser.add_argument("--runs", type=int, default=1, help="runs per variant")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["case"]) == options["all"]:
            raise CommandError("Name one case, or give --all.")
        cases = playable_cases()
        if not options["all"]:
            cases = cases.filter(key=options["case"])
        tables = [self._table(case, options["runs"]) for case in cases]
        if not tables:
            raise CommandError("There is no such published case.")
        if options["format"] == "json":
            self.stdout.write(json.dumps(tables, ensure_ascii=False, indent=2))
            return
        for table in tables:
            self.stdout.write(f"{table['case']} {table['version']}")
            for row in table["strategies"]:
                self.stdout.write(
                    f"  {row['strategy']:<18} {row['mean']:>6} ± {row['sd']:<5} "
                    f"passes {row['pass_rate']:.0%} of {row['runs']}"
                )
            for problem in table["problems"]:
                self.stdout.write(f"  ! {problem}")

    def _table(self, case: InspectionCase, runs: int) -> dict[str, Any]:
        version = case.live_version
        if version is None:
            raise CommandError(f"{case.key} has no live version.")
        content = live_case(version)
        played = played_by(content, runs=runs)
        return {
            "case": case.key,
            "version": version.number,
            "strategies": [
                {
                    "strategy": row.strategy,
                    "runs": row.runs,
                    "mean": row.mean,
                    "sd": row.sd,
                    "pass_rate": row.pass_rate,
                }
                for row in bot_table(played)
            ],
            "problems": [
                problem.text for problem in publication_problems(content, played)
            ],
        }
