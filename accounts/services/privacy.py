"""A person's rights over their own data: see it, take it along, correct it, have it
erased when its time has come (个人信息保护法; periods: docs/operations/privacy.md)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import DeviceReset, User
from accounts.registry import personal_data_holders
from accounts.rules import CONTACT_KEPT, contact_is_due, name_is_due

CORRECTABLE = ("name", "email", "phone", "language")
ERASED_NAME = "（已清除）"


def export_person(user: User, *, now: datetime) -> dict[str, Any]:
    """Everything the product holds about the person, for a JSON file."""
    account: dict[str, Any] = {
        "exported_at": now,
        "public_id": user.public_id,
        "username": user.username,
        "name": user.name,
        "officer_number": user.officer_number,
        "email": user.email,
        "phone": user.phone,
        "has_photo": bool(user.photo),
        "language": user.language,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "posts": list(
            user.memberships.values(
                "organisation__name", "post", "joined_on", "left_on", "leave_reason"
            )
        ),
        "roles": list(
            user.role_grants.values(
                "organisation__name", "role", "granted_at", "ended_at"
            )
        ),
        "lost_authenticators": list(
            user.device_resets.values("requested_at", "decided_at")
        ),
    }
    for holder in personal_data_holders():
        account[holder.code] = holder.collect(user)
    return account


def correct_person(user: User, **values: str) -> User:
    """Correct contact data and name; raises ValueError for any other field."""
    unknown = set(values) - set(CORRECTABLE)
    if unknown:
        raise ValueError(f"not correctable: {sorted(unknown)}")
    for field, value in values.items():
        setattr(user, field, value)
    user.save(update_fields=list(values))
    return user


def erase_due(*, now: datetime) -> int:
    """Erase what is past its time; returns how many people were touched.

    Repeating it changes nothing. One person's failure leaves the others done.
    """
    today = timezone.localdate(now)
    touched = sum(_erase(user, today) for user in _people_gone(today))
    DeviceReset.objects.filter(decided_at__lt=now - CONTACT_KEPT).delete()
    return touched


def _people_gone(today: date) -> Iterator[User]:
    """People whose last post ended before the contact period, not yet erased."""
    return (
        User.objects.annotate(last_day=Max("memberships__left_on"))
        .filter(last_day__lte=today - CONTACT_KEPT, is_superuser=False)
        .exclude(memberships__left_on__isnull=True)
        .exclude(name=ERASED_NAME)
        .iterator()
    )


@transaction.atomic
def _erase(user: User, today: date) -> bool:
    """Contact data first; the name when no result or qualification needs it."""
    last_day = user.memberships.aggregate(last=Max("left_on"))["last"]
    needed = [
        day
        for holder in personal_data_holders()
        if holder.needed_until and (day := holder.needed_until(user)) is not None
    ]
    if not contact_is_due(last_day, today):
        return False
    erased = _forget_contact(user)
    if name_is_due(last_day, needed, today):
        _forget_name(user)
        erased = True
    return erased


def _forget_contact(user: User) -> bool:
    gone = sum(
        holder.forget(user) for holder in personal_data_holders() if holder.forget
    )
    had = bool(user.email or user.phone or user.photo or user.is_active)
    if user.photo:
        user.photo.delete(save=False)
    user.email, user.phone, user.is_active = "", "", False
    user.set_unusable_password()
    user.save(update_fields=["email", "phone", "photo", "is_active", "password"])
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return had or gone > 0


def _forget_name(user: User) -> None:
    user.name, user.officer_number = ERASED_NAME, None
    user.username = f"erased-{secrets.token_hex(12)}"
    user.save(update_fields=["name", "officer_number", "username"])
