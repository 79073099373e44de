"""Background work of credentials: call one service."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task


@task()
def deliver_webhooks() -> None:
    """Push the events that are due to the connected systems."""
    from credentials.services.webhooks import deliver_due

    deliver_due(now=timezone.now())


@task()
def seal_decisions() -> None:
    """Chain the settled decisions of the gate."""
    from credentials.services.gate import seal_decisions as seal

    while seal(now=timezone.now()) is not None:
        pass


@task()
def close_expired() -> None:
    """Close qualifications whose grace is over."""
    from credentials.services.lifecycle import close_expired as close

    close(now=timezone.now())


@task()
def make_checkpoint() -> None:
    """Sign the ledger as it stands."""
    from credentials.services.checkpoints import make_checkpoint as make

    make(now=timezone.now())


@task()
def send_reminders() -> None:
    """Remind people and bodies of what ends soon."""
    from credentials.services.reminders import send_reminders as send

    send(now=timezone.now())


@task()
def ask_for_reviews() -> None:
    """Tell supervisors of emergency powers that are over."""
    from credentials.services.orders import ask_for_reviews as ask

    ask(now=timezone.now())


@task()
def print_papers(job: int) -> None:
    """Print the papers of a job."""
    from credentials.models import PrintJob
    from credentials.services.printing import print_job

    print_job(PrintJob.objects.get(pk=job), now=timezone.now())


@task()
def try_scheme(run: int) -> None:
    """Work out whom a draft of a scheme would touch."""
    from credentials.models import DryRun
    from credentials.services.dry_runs import go_on

    go_on(DryRun.objects.get(pk=run), now=timezone.now())
