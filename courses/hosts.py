"""Which of the installation's two hosts a request came to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def is_content_host(request: HttpRequest) -> bool:
    """Whether a request came to the host of the packages."""
    host = request.get_host().rsplit(":", 1)[0]
    return bool(settings.CONTENT_HOST) and host == settings.CONTENT_HOST
