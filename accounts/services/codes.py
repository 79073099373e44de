"""One-time codes: enrolment, checking, recovery codes, lost devices."""

import re
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Role
from accounts.errors import (
    AlreadyEnrolled,
    BeyondReach,
    NothingToDecide,
    OwnRequest,
    TooManyTries,
    WrongCode,
)
from accounts.models import DeviceReset, User
from accounts.queries import users_reached

RECOVERY_CODES = 10
ONE_TIME_CODE = re.compile(r"^[0-9]{6}$")


@transaction.atomic
def begin_enrolment(user: User) -> TOTPDevice:
    """The one unconfirmed device of the person; refused while a confirmed one exists.

    Repeated: the same device, so that a reload shows the same QR code.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        raise AlreadyEnrolled
    device, _created = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "authenticator"}
    )
    return device


@transaction.atomic
def confirm_enrolment(user: User, code: str) -> tuple[TOTPDevice, list[str]]:
    """Confirm the device by its first code; returns it and ten recovery codes."""
    device = (
        TOTPDevice.objects.select_for_update()
        .filter(user=user, confirmed=False)
        .first()
    )
    if device is None or not device.verify_token(code):
        raise WrongCode
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return device, replace_recovery_codes(user)


@transaction.atomic
def replace_recovery_codes(user: User) -> list[str]:
    """Ten fresh recovery codes; the earlier ones stop working."""
    device, _created = StaticDevice.objects.get_or_create(
        user=user, name="recovery", defaults={"confirmed": True}
    )
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    device.token_set.bulk_create(
        StaticToken(device=device, token=token) for token in codes
    )
    return codes


def verify_code(user: User, code: str) -> Device:
    """Check and use up a one-time or recovery code.

    Wrong codes slow down the next try (django-otp's throttling). Codes are single-use:
    the device row is locked while it is checked.
    """
    cleaned = code.replace(" ", "")
    model = TOTPDevice if ONE_TIME_CODE.match(cleaned) else StaticDevice
    throttled = False
    with transaction.atomic():
        devices = model.objects.select_for_update().filter(user=user, confirmed=True)
        for device in devices:
            allowed, _why = device.verify_is_allowed()
            throttled = throttled or not allowed
            if allowed and device.verify_token(cleaned):
                return device
    raise TooManyTries if throttled else WrongCode


@transaction.atomic
def request_device_reset(user: User, *, now: datetime) -> DeviceReset:
    """The person asks for a new device; repeated: the same open request."""
    request, _created = DeviceReset.objects.get_or_create(
        user=user, decided_at=None, defaults={"requested_at": now}
    )
    return request


@transaction.atomic
def approve_device_reset(reset: DeviceReset, *, now: datetime, by: User) -> DeviceReset:
    """A second person, whose role reaches the first, removes every device.

    Ends all sessions of the person; refuses oneself and a decided request.
    """
    locked = DeviceReset.objects.select_for_update().get(pk=reset.pk)
    if locked.decided_at is not None:
        raise NothingToDecide
    if by.pk == locked.user_id:
        raise OwnRequest
    reach = users_reached(by, {Role.ORGANISATION_ADMIN}, now)
    if not by.is_superuser and not reach.filter(pk=locked.user_id).exists():
        raise BeyondReach
    TOTPDevice.objects.filter(user=locked.user).delete()
    StaticDevice.objects.filter(user=locked.user).delete()
    end_sessions(locked.user, now=now)
    locked.decided_at = now
    locked.decided_by = by
    locked.save(update_fields=["decided_at", "decided_by"])
    return locked


def end_sessions(user: User, *, now: datetime) -> int:
    """End every session of the person; returns how many."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    return ended
