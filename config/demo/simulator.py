"""Demonstration: the checklist, the cases, and runs of people of every kind.

The runs are played by the engine's bots through the same service as a person's, so
that scores, logs and debriefs of the demonstration are real.
"""

from datetime import datetime, timedelta
from pathlib import Path

from accounts.models import User
from simulator.engine.bots import Strategy
from simulator.enums import Mode, RunStatus
from simulator.models import CaseVersion, Run
from simulator.services.archives import read_package
from simulator.services.bots import play_as
from simulator.services.cases import import_case, publish_case
from simulator.services.checklists import import_checklist

HERE = Path(__file__).parent
CASE = "hazchem-storage-anlan"
RUNS: tuple[tuple[str, Mode, Strategy, int], ...] = (
    ("ready", Mode.EXAM, "expert", 6),
    ("officer_a", Mode.EXAM, "expert", 40),
    ("officer_b", Mode.EXAM, "expert", 41),
    ("suspended", Mode.EXAM, "expert", 43),
    ("expired", Mode.EXAM, "expert", 47),
    ("shorthours", Mode.EXAM, "competent", 9),
    ("trainee", Mode.PRACTICE, "novice", 4),
    ("midexam", Mode.PRACTICE, "competent", 3),
)
"""Who played when (days ago), and how well."""


def load(now: datetime) -> None:
    """Load checklists, cases and runs; repeating changes nothing."""
    import_checklist(HERE / "checklists" / "emergency-management.yaml")
    for path in sorted((HERE / "cases").glob("*.yaml")):
        report = import_case(read_package(path), now=now)
        if report.version is not None:
            publish_case(report.version, now=now, by=None)
    version = CaseVersion.objects.get(case__key=CASE, status="published")
    for seed, (username, mode, strategy, days) in enumerate(RUNS, start=1):
        user = User.objects.filter(username=username).first()
        if user is None or _has_run(user, version, mode):
            continue
        play_as(
            version.case,
            user=user,
            mode=mode,
            strategy=strategy,
            seed=seed,
            now=now - timedelta(days=days),
        )


def _has_run(user: User, version: CaseVersion, mode: Mode) -> bool:
    runs = Run.objects.filter(user=user, version__case=version.case, mode=mode)
    return runs.exclude(status=RunStatus.VOID).exists()
