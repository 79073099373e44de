"""Terminals without network: the example against the gate, in one process."""

from __future__ import annotations

import importlib.util
import json
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from credentials.gate import artefacts
from credentials.gate.application import GateApplication
from credentials.models import (
    OfflineRecord,
    Qualification,
    SigningKey,
    StatusEntry,
)
from credentials.rules.status_list import (
    SIZE,
    SUSPENDED,
    StatusListError,
    decode_list,
    encode_list,
    status_of,
)
from credentials.services.keys import current_key, rotate_keys
from credentials.services.offline import (
    bind_holder_key,
    place_in_list,
    status_list_token,
    statuses_at,
)
from credentials.tokens import (
    BadTokenError,
    encode,
    generate_private_jwk,
    load_private_key,
    load_public_key,
    sign,
    verify,
)
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.gate_world import (
    connect,
    make_scheme,
    qualify,
    suspend,
    team_question,
    token_for,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "offline_terminal.py"
spec = importlib.util.spec_from_file_location("offline_terminal", EXAMPLE)
offline_terminal = importlib.util.module_from_spec(spec)
spec.loader.exec_module(offline_terminal)


class LocalGate(offline_terminal.Gate):
    """The example's gate, answered in this process."""

    def __init__(self, client):
        self.client, self.bearer = client, client.token

    def _call(self, path, body, headers):
        client = self.client
        answer = client.get(path) if body is None else client.post(path, body)
        assert answer.status < 300, answer.body
        return answer.body


@pytest.fixture(autouse=True)
def keys(settings, tmp_path, db):
    settings.GATE_KEY_DIR = str(tmp_path / "keys")
    rotate_keys(now=datetime.now(tz=UTC))
    artefacts._status_token.cache_clear()


@pytest.fixture
def officers(person, county, city):
    scheme = make_scheme(city)
    people = [person("officer_a", county), person("officer_b", county)]
    for officer in people:
        qualify(officer, scheme, city)
    return people


@pytest.fixture
def devices(officers):
    """Each officer's own device key, bound in the register."""
    found = {}
    for officer in officers:
        key = Ed25519PrivateKey.generate()
        raw = key.public_key().public_bytes_raw()
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}
        bind_holder_key(officer, jwk, now=datetime.now(tz=UTC))
        found[str(officer.public_id)] = key
    return found


@pytest.fixture
def gate(county):
    application, secret = connect(county, "gate:offline")
    return LocalGate(AsgiClient(GateApplication(), token_for(application, secret)))


@pytest.fixture
def terminal(tmp_path, gate, officers, devices):
    made = offline_terminal.Terminal(tmp_path / "terminal")
    made.sync(gate, list(devices), int(time.time()))
    return made


def proofs(terminal, devices, now, only=None):
    return [
        offline_terminal.prove(key, officer, terminal.state["challenge"], now)
        for officer, key in devices.items()
        if only is None or officer in only
    ]


def open_now(terminal, officers, devices, *, now=None, **kwargs):
    now = now or int(time.time())
    question = team_question(*officers)
    return terminal.open(question, proofs(terminal, devices, now, **kwargs), now)


def test_synced_terminal_opens_for_a_fit_team(terminal, officers, devices):
    assert open_now(terminal, officers, devices) == (True, "qualified")


def test_team_of_two_costs_four_signature_checks(
    terminal, officers, devices, monkeypatch
):
    verified = []
    whole = offline_terminal.verify

    def counting(token, typ, keys):
        verified.append(typ)
        return whole(token, typ, keys)

    monkeypatch.setattr(offline_terminal, "verify", counting)

    assert open_now(terminal, officers, devices)[0]
    assert sorted(verified) == ["holder-proof+jwt"] * 2 + ["qualification+jwt"] * 2


def test_suspension_known_at_the_sync_refuses(terminal, gate, officers, devices):
    suspend(officers[1].qualifications.get())
    artefacts._status_token.cache_clear()
    before = terminal.state["credentials"]
    terminal.sync(gate, list(devices), int(time.time()))
    terminal.state["credentials"] = before

    assert open_now(terminal, officers, devices) == (False, "qualification_suspended")


def test_suspended_officer_gets_no_new_credential(terminal, gate, officers, devices):
    suspend(officers[1].qualifications.get())
    terminal.sync(gate, list(devices), int(time.time()))

    assert open_now(terminal, officers, devices) == (False, "qualification_missing")


def test_copied_credential_without_the_device_refuses(terminal, officers, devices):
    only = {str(officers[0].public_id)}

    assert open_now(terminal, officers, devices, only=only) == (
        False,
        "holder_proof_missing",
    )


def test_proof_of_another_challenge_refuses(terminal, officers, devices):
    now = int(time.time())
    old = proofs(terminal, devices, now)
    terminal.open(team_question(*officers), old, now)

    assert terminal.open(team_question(*officers), old, now) == (
        False,
        "holder_proof_missing",
    )


def test_stale_status_list_refuses(terminal, officers, devices):
    later = int(time.time()) + 13 * 3600

    assert open_now(terminal, officers, devices, now=later) == (False, "stale_snapshot")


def test_clock_set_back_refuses(terminal, officers, devices):
    earlier = int(time.time()) - 3600

    assert open_now(terminal, officers, devices, now=earlier) == (
        False,
        "clock_skew_excessive",
    )


def test_never_synced_terminal_refuses(tmp_path, officers):
    fresh = offline_terminal.Terminal(tmp_path / "fresh")

    assert fresh.open(team_question(*officers), [], int(time.time())) == (
        False,
        "stale_snapshot",
    )


def test_older_status_list_never_replaces_a_newer(terminal, gate, devices):
    terminal.state["list_iat"] += 600

    with pytest.raises(offline_terminal.RefusedError, match="revision_regression"):
        terminal.sync(gate, list(devices), int(time.time()))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sector": "fireworks"}, "policy_unavailable"),
        ({"division": "970122"}, "division_not_covered"),
        ({"task": {"approved": False}}, "inspection_not_planned"),
    ],
)
def test_question_beyond_the_credential_refuses(
    terminal, officers, devices, change, reason
):
    now = int(time.time())
    question = team_question(*officers)
    question["resource"]["properties"].update(change)

    assert terminal.open(question, proofs(terminal, devices, now), now) == (
        False,
        reason,
    )


def test_one_officer_or_one_twice_refuses(terminal, officers, devices):
    one, twice = officers[:1], [officers[0], officers[0]]

    assert open_now(terminal, one, devices) == (False, "team_below_quorum")
    assert open_now(terminal, twice, devices) == (False, "duplicate_member")


def test_upload_is_replayed_and_differences_are_counted(
    terminal, gate, officers, devices
):
    open_now(terminal, officers, devices)
    open_now(terminal, officers[:1], devices)

    answer = terminal.upload(gate)

    assert answer["stored"] == 2
    assert [row.permitted_offline for row in OfflineRecord.objects.all()] == [
        True,
        False,
    ]
    assert terminal.state["log"] == []


@pytest.mark.parametrize("spoil", ["drop", "repeat", "edit"])
def test_broken_chain_of_records_is_refused(terminal, gate, officers, devices, spoil):
    open_now(terminal, officers, devices)
    open_now(terminal, officers, devices)
    if spoil == "drop":
        del terminal.state["log"][0]
    elif spoil == "repeat":
        terminal.state["log"].append(terminal.state["log"][0])
    else:
        head, body, seal = terminal.state["log"][0].split(".")
        terminal.state["log"][0] = f"{head}.{body[:-4]}AAAA.{seal}"
    document = {
        "terminal": terminal.state["terminal"],
        "records": terminal.state["log"],
    }

    answer = gate.client.post("/gate/v1/offline/records", document)

    assert (answer.status, answer.json["error"]) == (409, "offline_record_unfit")
    assert OfflineRecord.objects.count() == 0


def test_terminal_of_another_system_cannot_be_written_to(terminal, city):
    application, secret = connect(city, "gate:offline")
    other = AsgiClient(GateApplication(), token_for(application, secret))
    document = {"terminal": terminal.state["terminal"], "records": []}

    assert other.post("/gate/v1/offline/records", document).status == 404


def test_officer_of_another_area_has_no_credential(officers, devices, other_county):
    application, secret = connect(other_county, "gate:offline")
    other = AsgiClient(GateApplication(), token_for(application, secret))
    path = f"/gate/v1/offline/credentials/{officers[0].public_id}"

    assert other.get(path).json == {"credentials": []}


def test_status_list_tells_suspended_from_valid(officers):
    held = officers[0].qualifications.get()
    place = place_in_list(str(held.public_id))
    suspend(held)
    now = datetime.now(tz=UTC)

    key = current_key()
    claims = verify(
        status_list_token(key=key, now=now),
        typ="statuslist+jwt",
        keys={key.kid: load_public_key(key.public_jwk)},
    )

    raw = decode_list(claims["status_list"]["lst"])
    assert status_of(raw, place.index) == SUSPENDED
    assert (claims["ttl"], claims["sub"]) == (300, "http://127.0.0.1:8000/status/1")
    assert len(raw) == SIZE // 4


def test_place_in_the_list_stays(officers):
    key = str(Qualification.objects.first().public_id)

    assert place_in_list(key).index == place_in_list(key).index
    assert StatusEntry.objects.count() == 1


def test_draft_vector_packs_least_significant_bits_first():
    statuses = {0: 1, 1: 2, 2: 0, 3: 3, 5: 1, 7: 1, 8: 1, 9: 2, 10: 3, 11: 3}

    raw = decode_list(encode_list(statuses, size=12))

    assert raw == bytes([0xC9, 0x44, 0xF9])


def test_bomb_and_index_beyond_the_list_are_refused():
    bomb = encode_list({}, size=SIZE * 8)

    with pytest.raises(StatusListError):
        decode_list(bomb)
    with pytest.raises(StatusListError):
        status_of(b"\0", 4)
    with pytest.raises(StatusListError):
        status_of(b"\0", -1)


def public_key_set(key):
    return {key.kid: load_public_key(key.public_jwk)}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token + "=",
        lambda token: " " + token,
        lambda token: token + "\n",
        lambda token: token[:-1] + ("B" if token[-1] != "B" else "C"),
        lambda token: ".".join([token.split(".")[0], "e30", token.split(".")[2]]),
        lambda token: token.rsplit(".", 1)[0] + ".",
        lambda token: "a.b",
    ],
)
def test_altered_token_is_refused(spoil):
    key = load_private_key(generate_private_jwk("k"))
    token = sign({"a": 1}, typ="x+jwt", key=key)

    with pytest.raises(BadTokenError):
        verify(spoil(token), typ="x+jwt", keys=public_key_set(key))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": "x+jwt", "kid": "k"},
        {"alg": "EdDSA", "typ": "x+jwt", "kid": "k"},
        {"alg": "HS256", "typ": "x+jwt", "kid": "k"},
        {"alg": "Ed25519", "typ": "y+jwt", "kid": "k"},
        {"alg": "Ed25519", "typ": "x+jwt", "kid": "other"},
        {"alg": "Ed25519", "typ": "x+jwt", "kid": "k", "jwk": {}},
        {"alg": "Ed25519", "typ": "x+jwt", "kid": "k", "crit": []},
    ],
)
def test_other_header_is_refused_even_when_signed(header):
    key = load_private_key(generate_private_jwk("k"))
    text = encode(json.dumps(header).encode()) + "." + encode(b"{}")
    token = f"{text}.{encode(key.key.sign(text.encode()))}"

    with pytest.raises(BadTokenError):
        verify(token, typ="x+jwt", keys=public_key_set(key))


def test_rotation_keeps_the_old_key_published_and_signs_with_the_new(settings):
    old = current_key().kid
    call_command("rotate_keys", stdout=StringIO())
    answer = AsgiClient(GateApplication()).get("/.well-known/jwks.json")

    kids = [key["kid"] for key in answer.json["keys"]]
    assert current_key().kid != old
    assert kids == [current_key().kid, old]
    assert all("d" not in key for key in answer.json["keys"])


def test_key_files_of_an_earlier_database_are_left_alone(settings):
    old = current_key().kid
    SigningKey.objects.all().delete()

    rotate_keys(now=datetime.now(tz=UTC))

    assert current_key().kid != old
    assert (Path(settings.GATE_KEY_DIR) / f"{old}.json").exists()


def test_private_key_file_is_for_the_owner_only(settings):
    paths = list(Path(settings.GATE_KEY_DIR).glob("*-g1.json"))

    assert [oct(path.stat().st_mode & 0o777) for path in paths] == ["0o600"]


def test_credential_ends_with_the_qualification(gate, officers, devices):
    ends = datetime.now(tz=UTC) + timedelta(hours=2)
    officers[0].qualifications.update(valid_to=ends)
    path = f"/gate/v1/offline/credentials/{officers[0].public_id}"

    key = current_key()
    claims = verify(
        gate.get(path)["credentials"][0],
        typ="qualification+jwt",
        keys=public_key_set(key),
    )

    assert claims["exp"] == int(ends.timestamp())
    assert "name" not in json.dumps(claims)


@pytest.mark.django_db
def test_list_of_an_untouched_register_is_full_of_decoys():
    now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    monday, sunday = statuses_at(1, now), statuses_at(1, now + timedelta(days=6))

    assert len(monday) > 1900
    assert monday == sunday
    assert statuses_at(1, now + timedelta(days=7)) != monday
