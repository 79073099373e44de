"""What the simulator holds about a person, and how long it needs their name."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from simulator.models import Run, RunEvent, ScoreReport

RUN_KEPT = timedelta(days=5 * 365)


def personal_data(user: User) -> dict[str, Any]:
    """Runs with one's own acts and, once closed, the score; never the key."""
    runs = Run.objects.filter(user=user)
    return {
        "runs": list(
            runs.values(
                "public_id",
                "version__case__title",
                "mode",
                "attempt",
                "status",
                "started_at",
                "ended_at",
                "head_hash",
            )
        ),
        "acts": list(
            RunEvent.objects.filter(run__in=runs, actor="trainee")
            .order_by("run_id", "seq")
            .values("run__public_id", "verb", "object_type", "object_id", "at_server")
        ),
        "scores": list(
            ScoreReport.objects.filter(run__in=runs, current=True).values(
                "run__public_id", "score", "pass_mark", "passed", "scored_at"
            )
        ),
    }


def needed_until(user: User) -> date | None:
    """A scored run needs its name for five years."""
    last = Run.objects.filter(user=user).aggregate(last=Max("ended_at"))["last"]
    return timezone.localdate(last) + RUN_KEPT if last else None
