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
