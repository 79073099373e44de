"""Pushing events as Standard Webhooks: signed, retried, guarded against misuse.

The address is resolved once, every resolved address must be public, and the
connection goes to exactly that address: neither a redirect nor a changed name can
lead it inside.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from credentials.errors import WebhookAddressUnfit
from credentials.models import (
    ConnectedApplication,
    GateEvent,
    WebhookDelivery,
    WebhookEndpoint,
)

RETRIES = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
TIMEOUT = 15.0
BATCH = 100
GONE = 410

Sender = Callable[[str, bytes, Mapping[str, str]], int]


def create_endpoint(
    application: ConnectedApplication, *, url: str, now: datetime
) -> WebhookEndpoint:
    """An address for pushes, with a fresh secret; events begin with the next one."""
    check_address(url)
    last = GateEvent.objects.order_by("-sequence").first()
    return WebhookEndpoint.objects.create(
        application=application,
        url=url,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        created_at=now,
        delivered_sequence=last.sequence if last else 0,
    )


def deliver_due(*, now: datetime, send: Sender | None = None) -> int:
    """Sends what is due, in order per endpoint; returns how many arrived.

    Runs beside other workers: each takes rows nobody else holds. A crash between
    sending and noting sends again; receivers drop repeats by ``webhook-id``.
    """
    arrived = 0
    for pk in _due(now):
        with transaction.atomic():
            delivery = (
                WebhookDelivery.objects.select_for_update(skip_locked=True)
                .filter(pk=pk, delivered_at__isnull=True, failed_at__isnull=True)
                .first()
            )
            if delivery is not None and delivery.due_at <= now:
                arrived += _attempt(delivery, now, send or post_pinned)
    return arrived


def _due(now: datetime) -> list[int]:
    rows = WebhookDelivery.objects.filter(
        due_at__lte=now,
        delivered_at__isnull=True,
        failed_at__isnull=True,
        endpoint__disabled_at__isnull=True,
    )
    return list(rows.order_by("event_id").values_list("pk", flat=True)[:BATCH])


def _attempt(delivery: WebhookDelivery, now: datetime, send: Sender) -> int:
    endpoint, event = delivery.endpoint, delivery.event
    body = json.dumps(payload_of(event), ensure_ascii=False, separators=(",", ":"))
    headers = signed_headers(endpoint.secret, message_id(delivery), body, now)
    try:
        status = send(endpoint.url, body.encode(), headers)
    except (OSError, http.client.HTTPException, WebhookAddressUnfit):
        status = 0
    delivery.attempts += 1
    delivery.last_status = status
    if 200 <= status < 300:
        delivery.delivered_at = now
        endpoint.delivered_sequence = max(endpoint.delivered_sequence, event.sequence)
        endpoint.save(update_fields=["delivered_sequence"])
    elif status == GONE or delivery.attempts >= len(RETRIES):
        delivery.failed_at = now
        disable_endpoint(endpoint, "gone" if status == GONE else "retries", now=now)
    else:
        delivery.due_at = now + RETRIES[delivery.attempts]
    delivery.save()
    return int(delivery.delivered_at is not None)


def disable_endpoint(endpoint: WebhookEndpoint, reason: str, *, now: datetime) -> None:
    """Stops pushing to an address; its feed goes on. Idempotent."""
    if endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_reason = now, reason
        endpoint.save(update_fields=["disabled_at", "disabled_reason"])


def payload_of(event: GateEvent) -> dict[str, Any]:
    """The body of a push."""
    when = event.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "type": event.type,
        "timestamp": when.replace("+00:00", "Z"),
        "data": {**event.data, "sequence": event.sequence},
    }


def message_id(delivery: WebhookDelivery) -> str:
    """The same on every retry, so that receivers can drop repeats."""
    return f"evt_{delivery.event_id}_{delivery.endpoint.public_id.hex[:12]}"


def signed_headers(
    secret: str, identity: str, body: str, now: datetime
) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    stamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{identity}.{stamp}.{body}".encode()
    seal = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{seal}",
        "content-type": "application/json",
    }


def check_address(url: str) -> tuple[str, str, int]:
    """Scheme, pinned address and port of a usable URL; anything else is refused."""
    parts = urlsplit(url)
    private = getattr(settings, "GATE_WEBHOOK_ALLOW_PRIVATE", False)
    allowed = ("https", "http") if private else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username:
        raise WebhookAddressUnfit
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise WebhookAddressUnfit from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(_public(address) for address in addresses):
        raise WebhookAddressUnfit
    return parts.scheme, addresses[0], port


def _public(address: str) -> bool:
    """Reachable for everybody; addresses that embed another are judged by it too."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return inner.is_global
    return ip.is_global and not ip.is_multicast


def post_pinned(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Posts to the checked address itself; follows nothing; returns the status."""
    scheme, address, port = check_address(url)
    parts = urlsplit(url)
    host = str(parts.hostname)
    raw = socket.create_connection((address, port), timeout=TIMEOUT)
    channel: socket.socket = raw
    if scheme == "https":
        context = ssl.create_default_context()
        channel = context.wrap_socket(raw, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.sock = channel
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        response.read(4096)
        return response.status
    finally:
        connection.close()
