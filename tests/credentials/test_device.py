"""The officer binds a device: with a fresh code, for nobody else, one at a time."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from credentials.models import HolderKey
from credentials.tokens import generate_private_jwk

pytestmark = pytest.mark.django_db

PAGE = "/qualifications/device/"
BIND = "/qualifications/device/bind/"


def public_jwk() -> dict[str, str]:
    jwk = generate_private_jwk("device")
    return {name: jwk[name] for name in ("kty", "crv", "x")}


def test_addresses_are_where_the_test_looks():
    assert reverse("credentials:device") == PAGE
    assert reverse("credentials:device_bind") == BIND


def test_anonymous_is_sent_to_sign_in():
    assert Client().get(PAGE).status_code == 302
    assert Client().post(BIND, {"key": json.dumps(public_jwk())}).status_code == 302
    assert not HolderKey.objects.exists()


def test_without_a_fresh_code_nothing_is_bound(signed_in, learner):
    client = signed_in(learner, verified=False)

    assert client.post(BIND, {"key": json.dumps(public_jwk())}).status_code == 302
    assert not HolderKey.objects.exists()


def test_later_device_takes_the_place_of_the_earlier(signed_in, learner):
    client = signed_in(learner)
    first, second = public_jwk(), public_jwk()

    for jwk in (first, second):
        assert client.post(BIND, {"key": json.dumps(jwk)}).status_code == 302

    held = HolderKey.objects.get(officer_id=str(learner.public_id))
    assert held.public_jwk == second
    page = client.get(PAGE).content.decode()
    assert second["x"] in page
    assert first["x"] not in page


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        "[]",
        "{}",
        json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AA"}),
        json.dumps(dict(generate_private_jwk("k"))),
    ],
)
def test_anything_else_is_refused(signed_in, learner, text):
    answer = signed_in(learner).post(BIND, {"key": text})

    assert answer.status_code == 422
    assert not HolderKey.objects.exists()
