"""A scheme, and an officer who fulfils it, made through the services."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Role
from credentials.services.dry_runs import go_on
from credentials.services.proposals import approve_proposal, propose_issue
from credentials.services.schemes import approve_version, open_scheme, write_version

PARAMETERS = {
    "kind": "officer",
    "sectors": ["hazchem", "industry_trade"],
    "methods": ["focused", "special", "random"],
    "validity_months": 60,
    "renewal_window_days": 180,
    "requirements": [{"code": "post", "kind": "in_post", "law": ["XZCFF:42"]}],
    "law_basis": {"quorum": ["XZCFF:42", "WHPAQF:8"]},
}


@pytest.fixture
def make_scheme(city, certifier, second_certifier, now):
    """make_scheme(**changes): an approved scheme that asks only for a post."""

    def make(key="hazchem-emergency", effective_from=None, **changes):
        scheme = open_scheme(key, name="危险化学品应急管理执法检查", organisation=city)
        version = write_version(
            scheme,
            parameters=PARAMETERS | changes,
            effective_from=effective_from or now - timedelta(days=800),
            by=certifier,
            now=now,
        )
        go_on(version.dry_runs.get(), now=now)
        approve_version(version, by=second_certifier, now=now)
        return scheme

    return make


@pytest.fixture
def scheme(make_scheme):
    return make_scheme()


@pytest.fixture
def issue(scheme, city, certifier, second_certifier, now):
    """issue(officer, now=…): a qualification proposed and approved by two people."""

    def make(officer, *, scheme=scheme, now=now, **scope):
        proposal = propose_issue(
            officer, scheme, issuer=city, by=certifier, now=now, **scope
        )
        approve_proposal(proposal, by=second_certifier, now=now)
        proposal.refresh_from_db()
        return proposal.qualification

    return make


@pytest.fixture
def third_certifier(person, city):
    return person("third_certifier", city, Role.CERTIFICATION_OFFICER)


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    """Signing keys of a test lie in its own directory, and no rate is used up."""
    settings.GATE_KEY_DIR = str(tmp_path / "keys")
    cache.clear()


@pytest.fixture
def code_of():
    """code_of(user): the present code of the user's authenticator."""

    def code(user):
        device = TOTPDevice.objects.get(user=user)
        seed = (device.bin_key, device.step, device.t0, device.digits, device.drift)
        return f"{totp(*seed):06d}"

    return code
