"""Pushes: signed as Standard Webhooks, retried by the table, guarded."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from credentials.errors import WebhookAddressUnfit
from credentials.models import WebhookDelivery, WebhookEndpoint
from credentials.services.gate import publish_event
from credentials.services.webhooks import (
    RETRIES,
    check_address,
    create_endpoint,
    deliver_due,
    post_pinned,
)
from tests.credentials.gate_world import connect

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def resolved(monkeypatch):
    """Lets every name resolve to the given address."""

    def use(address):
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])

    use("93.184.216.34")
    return use


@pytest.fixture
def endpoint(county, resolved):
    application, _ = connect(county, "events:read")
    return create_endpoint(application, url="https://cms.example/hook?a=1", now=NOW)


class Receiver:
    """Remembers what was sent and answers as told."""

    def __init__(self, *statuses):
        self.statuses, self.sent = list(statuses), []

    def __call__(self, url, body, headers):
        self.sent.append((url, body, headers))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise OSError
        return status


@pytest.mark.django_db
def test_push_is_signed_over_id_time_and_body(endpoint):
    publish_event("qualification.suspended", {"officer": "of-1"}, now=NOW)
    receiver = Receiver()

    assert deliver_due(now=NOW, send=receiver) == 1

    url, body, headers = receiver.sent[0]
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    seal = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{seal}"
    assert url == "https://cms.example/hook?a=1"
    assert json.loads(body) == {
        "type": "qualification.suspended",
        "timestamp": "2026-11-23T02:00:00.000Z",
        "data": {"officer": "of-1", "sequence": 1},
    }


@pytest.mark.django_db
def test_library_of_the_standard_verifies_the_push(endpoint):
    now = datetime.now(tz=UTC)
    publish_event("qualification.suspended", {"officer": "of-1"}, now=now)
    receiver = Receiver()
    deliver_due(now=now, send=receiver)
    _, body, headers = receiver.sent[0]
    library = Webhook(endpoint.secret)

    assert library.verify(body, headers)["data"]["officer"] == "of-1"
    with pytest.raises(WebhookVerificationError):
        library.verify(body.replace(b"of-1", b"of-2"), headers)


@pytest.mark.django_db
def test_retry_keeps_the_id_and_waits_as_the_table_says(endpoint):
    publish_event("key.rotated", {}, now=NOW)
    receiver = Receiver(500, 0, 302, 200)
    moment = NOW

    for wait in RETRIES[1:4]:
        assert deliver_due(now=moment, send=receiver) == 0
        assert deliver_due(now=moment, send=receiver) == 0
        moment += wait
    assert deliver_due(now=moment, send=receiver) == 1

    assert len({headers["webhook-id"] for _, _, headers in receiver.sent}) == 1
    assert len(receiver.sent) == 4


@pytest.mark.django_db
def test_delivered_event_is_not_sent_again(endpoint):
    publish_event("key.rotated", {}, now=NOW)
    receiver = Receiver()
    deliver_due(now=NOW, send=receiver)

    assert deliver_due(now=NOW + timedelta(days=1), send=receiver) == 0
    assert WebhookEndpoint.objects.get().delivered_sequence == 1


@pytest.mark.django_db
def test_gone_disables_the_endpoint(endpoint):
    publish_event("key.rotated", {}, now=NOW)

    deliver_due(now=NOW, send=Receiver(410))
    publish_event("key.rotated", {}, now=NOW)

    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "gone"
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.django_db
def test_endpoint_that_never_answers_is_disabled_and_reported(endpoint):
    publish_event("key.rotated", {}, now=NOW)
    moment = NOW
    for wait in (*RETRIES[1:], timedelta(0)):
        deliver_due(now=moment, send=Receiver(500))
        moment += wait

    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "retries"
    assert WebhookDelivery.objects.get().attempts == len(RETRIES)


@pytest.mark.parametrize(
    "url",
    [
        "http://cms.example/",
        "ftp://cms.example/",
        "https:///x",
        "https://user:pass@cms.example/",
        "not a url",
    ],
)
def test_unfit_address_is_refused(resolved, url):
    with pytest.raises(WebhookAddressUnfit):
        check_address(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 -- an address to refuse
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
    ],
)
def test_name_that_leads_inside_is_refused(resolved, address):
    resolved(address)

    with pytest.raises(WebhookAddressUnfit):
        check_address("https://cms.example/")


def test_address_is_checked_again_when_sending(resolved):
    resolved("127.0.0.1")

    with pytest.raises(WebhookAddressUnfit):
        post_pinned("https://cms.example/", b"{}", {})
