"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, and the address of the installation."""
    return {"is_demo": settings.DEMO, "base_url": settings.BASE_URL}
