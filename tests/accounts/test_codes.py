from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import (
    AlreadyEnrolled,
    BeyondReach,
    NothingToDecide,
    OwnRequest,
    TooManyTries,
    WrongCode,
)
from accounts.models import DeviceReset
from accounts.services import (
    approve_device_reset,
    begin_enrolment,
    confirm_enrolment,
    request_device_reset,
    verify_code,
)

PASSWORD = "correct horse battery"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def code_of(device: TOTPDevice, offset: int = 0) -> str:
    return str(totp(device.bin_key, drift=offset)).zfill(6)


@pytest.fixture
def enrolled(learner):
    device = begin_enrolment(learner)
    _, codes = confirm_enrolment(learner, code_of(device, -1))
    device.refresh_from_db()
    return device, codes


def test_enrolment_shows_the_same_device_until_confirmed(learner):
    assert begin_enrolment(learner) == begin_enrolment(learner)


def test_enrolment_is_closed_once_confirmed(learner, enrolled):
    with pytest.raises(AlreadyEnrolled):
        begin_enrolment(learner)


def test_a_code_works_once(learner, enrolled):
    device, _ = enrolled
    code = code_of(device)

    assert verify_code(learner, code) == device
    with pytest.raises(WrongCode):
        verify_code(learner, code)


def test_an_old_code_is_refused(learner, enrolled):
    device, _ = enrolled

    with pytest.raises(WrongCode):
        verify_code(learner, code_of(device, -4))


def test_a_recovery_code_works_once(learner, enrolled):
    _, codes = enrolled

    verify_code(learner, codes[0])
    with pytest.raises(WrongCode):
        verify_code(learner, codes[0])


def test_wrong_codes_slow_down(learner, enrolled):
    device, _ = enrolled
    with pytest.raises(WrongCode):
        verify_code(learner, "000000")

    with pytest.raises(TooManyTries):
        verify_code(learner, code_of(device))


def test_lost_device_needs_a_second_person(
    learner, stranger, organisation_admin, instructor, enrolled, now
):
    reset = request_device_reset(learner, now=now)
    assert request_device_reset(learner, now=now) == reset

    with pytest.raises(OwnRequest):
        approve_device_reset(reset, now=now, by=learner)
    with pytest.raises(BeyondReach):
        approve_device_reset(reset, now=now, by=instructor)

    approve_device_reset(reset, now=now, by=organisation_admin)
    assert not TOTPDevice.objects.filter(user=learner).exists()
    with pytest.raises(NothingToDecide):
        approve_device_reset(reset, now=now, by=organisation_admin)


def test_administrator_of_another_body_cannot_remove_a_device(
    stranger, organisation_admin, now
):
    reset = request_device_reset(stranger, now=now)

    with pytest.raises(BeyondReach):
        approve_device_reset(reset, now=now, by=organisation_admin)
    assert DeviceReset.objects.get(pk=reset.pk).decided_at is None


def sign_in(client: Client, account: str, password: str = PASSWORD, otp: str = ""):
    return client.post(
        "/accounts/sign-in/", {"account": account, "password": password, "otp": otp}
    )


def test_trainee_signs_in_with_password_alone(client, learner):
    response = sign_in(client, "learner")

    assert (response.status_code, response["Location"]) == (302, "/")


def test_officer_number_is_an_account_name_too(client, learner):
    assert sign_in(client, learner.officer_number).status_code == 302


def test_wrong_password_says_so_and_signs_nobody_in(client, learner):
    response = sign_in(client, "learner", "wrong")

    assert response.status_code == 422
    assert "_auth_user_id" not in client.session


def test_staff_without_code_must_set_up_an_authenticator(client, instructor):
    response = sign_in(client, "instructor")
    assert response["Location"] == "/accounts/code/?next=%2F"
    assert client.get("/accounts/code/")["Location"].startswith(
        "/accounts/code/set-up/"
    )

    page = client.get("/accounts/code/set-up/")
    assert b"<svg" in page.content
    device = TOTPDevice.objects.get(user=instructor)
    done = client.post("/accounts/code/set-up/", {"otp": code_of(device)})
    assert done.context["recovery_codes"]
    assert client.get("/admin/").status_code == 200


def test_code_and_password_together_open_the_staff_area(client, learner, enrolled):
    device, _ = enrolled

    assert sign_in(client, "learner", otp=code_of(device)).status_code == 302
    assert client.session["otp_device_id"] == device.persistent_id


def test_a_wrong_code_signs_nobody_in(client, learner, enrolled):
    response = sign_in(client, "learner", otp="123456")

    assert response.status_code == 422
    assert "_auth_user_id" not in client.session


def test_five_wrong_passwords_lock_the_account_for_a_while(client, learner):
    with time_machine.travel(AT, tick=False) as clock:
        for _ in range(5):
            locked = sign_in(client, "learner", "wrong")
        assert locked.status_code == 429
        assert sign_in(client, "learner").status_code == 429
        clock.shift(16 * 60)
        assert sign_in(client, "learner").status_code == 302


def test_changing_the_password_ends_other_sessions(learner, signed_in):
    here, elsewhere = signed_in(learner), signed_in(learner)
    here.post(
        "/accounts/password/",
        {
            "old_password": PASSWORD,
            "new_password1": "another horse staple",
            "new_password2": "another horse staple",
        },
    )

    assert here.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302


def test_removing_a_device_ends_the_sessions(
    learner, signed_in, organisation_admin, now
):
    client = signed_in(learner)
    reset = request_device_reset(learner, now=now)
    approve_device_reset(reset, now=datetime.now(tz=UTC), by=organisation_admin)

    assert client.get("/accounts/profile/").status_code == 302
    assert not Session.objects.filter(pk=client.session.session_key).exists()


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/admin/pages/", "/admin/api/main/pages/"]
)
def test_no_way_around_the_code_under_the_admin_prefix(
    path, client, instructor, learner, signed_in
):
    assert client.get(path)["Location"].startswith("/accounts/sign-in/")
    only_password = signed_in(instructor, verified=False)
    assert only_password.get(path)["Location"].startswith("/accounts/code/")
    assert signed_in(learner).get(path).status_code == 403


def test_the_next_address_stays_on_this_site(client, learner):
    response = client.post(
        "/accounts/sign-in/?next=https://evil.example/",
        {"account": "learner", "password": PASSWORD},
    )

    assert response["Location"] == "/"


def test_printed_code_outlives_the_half_minute_it_was_printed_in(
    learner, enrolled, settings
):
    settings.DEMO = True
    device, _ = enrolled

    def printed() -> str:
        return str(call_command("onetime_code", learner.username, stdout=StringIO()))

    with time_machine.travel(datetime(2027, 1, 4, 8, 0, 29, tzinfo=UTC), tick=False):
        for _sign_in in range(2):
            verify_code(learner, printed())
        code = printed()
    with time_machine.travel(datetime(2027, 1, 4, 8, 0, 31, tzinfo=UTC), tick=False):
        assert verify_code(learner, code) == device
