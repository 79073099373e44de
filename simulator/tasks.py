"""Work in the background; each task fetches by id and calls one service."""

from django_tasks import task


@task()
def close_overdue_runs() -> int:
    """Score the assessments whose real time is over."""
    from django.utils import timezone

    from simulator.services import runs

    return runs.close_overdue_runs(now=timezone.now())
