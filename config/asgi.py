"""One origin, two applications: the gate's paths go past Django's request stack."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

django_application = get_asgi_application()

from credentials.gate import PREFIXES, warm_up  # noqa: E402 -- after Django is set up
from credentials.gate import application as gate_application  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the gate's paths to the gate and everything else to Django."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(PREFIXES):
        await gate_application(scope, receive, send)
    else:
        await django_application(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Makes the first answer of a process as quick as every later one."""
    await receive()
    await warm_up()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
