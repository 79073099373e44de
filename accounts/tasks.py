"""Background work: erasing what is past its time."""

from django.utils import timezone
from django_tasks import task


@task()
def erase_expired_data() -> int:
    """Erase contact data and names whose period has ended."""
    from accounts.services.privacy import erase_due

    return erase_due(now=timezone.now())
