"""Invented bodies and people of the demonstration."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import BodyType, Role
from accounts.models import Organisation, User
from accounts.services import grant_role, join_organisation
from accounts.services.photos import set_photo
from config.demo.portraits import portrait

FILE = Path(__file__).with_suffix(".yaml")
IN_POST_SINCE = date(2024, 1, 1)


def load(now: datetime) -> None:
    """Create what is missing; what is there stays as it is."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    organisations: dict[str, Organisation] = {}
    for entry in data["organisations"]:
        organisations[entry["key"]] = _organisation(entry, organisations)
    password = make_password(data["password"])
    number = 1
    for entry in data["people"]:
        _person(entry, organisations, password, number, now)
        number += 1
    for key, names in data["officers"].items():
        for position, name in enumerate(names, start=1):
            entry = {
                "username": f"{key}{position:02d}",
                "name": name,
                "organisation": key,
                "post": "执法员",
                "roles": ["trainee"],
            }
            _person(entry, organisations, password, number, now)
            number += 1


def _organisation(
    entry: dict[str, Any], known: dict[str, Organisation]
) -> Organisation:
    found: Organisation | None = Organisation.objects.filter(name=entry["name"]).first()
    if found is not None:
        return found
    made: Organisation
    fields = {
        "name": entry["name"],
        "level": entry["level"],
        "division_code": entry["division_code"],
        "body_type": entry.get("body_type", BodyType.SUPERVISING_DEPARTMENT),
    }
    if "parent" not in entry:
        made = Organisation.add_root(**fields)
    else:
        made = Organisation.objects.get(pk=known[entry["parent"]].pk).add_child(
            **fields
        )
    return made


def _person(
    entry: dict[str, Any],
    organisations: dict[str, Organisation],
    password: str,
    number: int,
    now: datetime,
) -> None:
    if User.objects.filter(username=entry["username"]).exists():
        return
    organisation = organisations[entry["organisation"]]
    user = User.objects.create_user(
        entry["username"],
        name=entry["name"],
        officer_number=f"{organisation.division_code}{number:05d}",
        email=f"{entry['username'].replace('_', '.')}@demo.invalid",
        is_superuser=entry.get("superuser", False),
    )
    user.password = password
    user.save(update_fields=["password"])
    join_organisation(user, organisation, on=IN_POST_SINCE, post=entry["post"])
    for role in entry.get("roles", []):
        grant_role(user, Role(role), organisation, now=now, by=None)
    TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
    if "trainee" in entry.get("roles", []):
        set_photo(user, portrait(number))
