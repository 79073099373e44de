"""Races in accounts: a one-time code works once, a post is held once."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import AccountError
from accounts.models import Membership, User
from accounts.services import join_organisation, verify_code

pytestmark = pytest.mark.race


def at_once(act: Callable[[], object], times: int = 2) -> list[object]:
    """What each of `times` threads got, all starting together."""
    barrier = Barrier(times)
    results: list[object] = []

    def run() -> None:
        try:
            barrier.wait()
            results.append(act())
        except AccountError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_code_sent_twice_at_once_opens_one_session(committed_db, learner):
    device = TOTPDevice.objects.create(user=learner, name="t", confirmed=True)
    code = str(totp(device.bin_key)).zfill(6)

    results = at_once(lambda: verify_code(learner, code))

    assert sorted(map(str, results)) == sorted([str(device), "wrong_code"])


def test_without_the_lock_both_would_pass(committed_db, learner):
    device = TOTPDevice.objects.create(user=learner, name="t", confirmed=True)
    code = str(totp(device.bin_key)).zfill(6)
    read = Barrier(2)

    def check_unlocked() -> bool:
        mine = TOTPDevice.objects.get(pk=device.pk)
        read.wait()
        return bool(mine.verify_token(code))

    assert at_once(check_unlocked) == [True, True]


def test_joining_twice_at_once_gives_one_post(
    committed_db, county, other_county, db_user
):
    bodies = iter((county, other_county))

    results = at_once(
        lambda: join_organisation(db_user, next(bodies), on=date(2026, 1, 1))
    )

    assert "already_member" in results
    assert Membership.objects.filter(user=db_user).count() == 1


@pytest.fixture
def db_user(committed_db: str) -> User:
    return User.objects.create_user("new", name="新人")
