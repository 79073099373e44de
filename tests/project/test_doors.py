"""Every address of the project, and who may open it.

A new address must be entered in one of the tables below; the test says which is missing.
"""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.project.doors import ANYBODY, CODE, SIGNED_IN, STAFF, SYSTEMS

ADMIN = "admin/"
SAMPLES = {
    "uuid": str(UUID(int=7)),
    "int": "987654",
    "slug": "nothing-of-this-name",
    "day": "2026-11-23",
    "path": "nothing.svg",
    "str": "nothing",
}
CONVERTER = re.compile(r"<(?:(?P<kind>[^:>]+):)?(?P<name>[^>]+)>")
SIGN_IN = "/accounts/sign-in/"
CODE_PAGE = "/accounts/code/"


def patterns(
    resolver: URLResolver, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    """(name with namespace, pattern) of every address."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name or entry.lookup_str}", route
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, route, inner)


def sample(route: str) -> str | None:
    """An address of the pattern with made-up values; None for a bare expression."""
    if "^" in route or "(" in route:
        return None
    return "/" + CONVERTER.sub(
        lambda match: SAMPLES.get(match["kind"] or "str", "nothing"), route
    )


ALL = list(patterns(get_resolver()))
OURS = [(name, route) for name, route in ALL if not route.startswith(ADMIN)]
STAFF_SITE = [route for _name, route in ALL if route.startswith(ADMIN)]


def opened(client: Client, address: str) -> tuple[int, str]:
    """What GET and POST let through, whichever lets through more."""
    answers = [client.get(address), client.post(address)]
    best = min(answers, key=lambda answer: answer.status_code)
    return best.status_code, best.get("Location", "")


def is_refused(status: int, location: str) -> bool:
    to_the_door = location.startswith((SIGN_IN, CODE_PAGE))
    return (status == 302 and to_the_door) or status in {401, 403, 404, 405}


def test_every_address_is_in_exactly_one_table():
    tables = [ANYBODY, SIGNED_IN, CODE, set(STAFF), SYSTEMS]
    listed = [name for table in tables for name in table]

    assert sorted({name for name, _ in OURS} - set(listed)) == []
    assert sorted(set(listed) - {name for name, _ in OURS}) == []
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("name", "route"), [pair for pair in OURS if pair[0] not in ANYBODY | SYSTEMS]
)
def test_anonymous_visitors_are_refused(name, route, client, db):
    address = sample(route)
    if address is None:
        address = reverse("simulator:screen", args=[SAMPLES["uuid"], "plan"])

    assert is_refused(*opened(client, address)), address


@pytest.mark.parametrize(
    ("name", "route"), [pair for pair in OURS if pair[0] in CODE | set(STAFF)]
)
def test_a_password_alone_does_not_do(name, route, instructor, signed_in):
    address = sample(route)
    assert address is not None

    assert is_refused(*opened(signed_in(instructor, verified=False), address)), address


@pytest.mark.parametrize(("name", "route"), [pair for pair in OURS if pair[0] in STAFF])
def test_a_trainee_reaches_no_staff_page(name, route, learner, signed_in):
    address = sample(route)
    assert address is not None

    assert is_refused(*opened(signed_in(learner), address)), address


@pytest.mark.parametrize(("name", "route"), [pair for pair in OURS if pair[0] in STAFF])
def test_staff_of_other_roles_are_refused(name, route, person, city, signed_in):
    address = sample(route)
    assert address is not None
    for role in sorted({"invigilator", "legal_reviewer"} - STAFF[name]):
        client = signed_in(person(f"other_{role}", city, role))
        assert is_refused(*opened(client, address)), (address, role)


def test_the_staff_site_has_no_open_door(client, learner, instructor, signed_in):
    addresses = {
        "/"
        + re.sub(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)|\([^)]*\)", "1", route)
        .replace("^", "")
        .replace("$", "")
        for route in STAFF_SITE
    }
    trainee, password_only = signed_in(learner), signed_in(instructor, verified=False)

    assert len(addresses) > 150
    for address in addresses:
        assert client.get(address)["Location"].startswith(SIGN_IN), address
        assert trainee.get(address).status_code == 403, address
        assert password_only.get(address)["Location"].startswith(CODE_PAGE), address


@pytest.mark.parametrize("who", ["anonymous", "password", "trainee", "trainer"])
def test_nobody_gets_a_token_without_a_client(who, learner, instructor, signed_in):
    client = {
        "anonymous": Client,
        "password": lambda: signed_in(instructor, verified=False),
        "trainee": lambda: signed_in(learner),
        "trainer": lambda: signed_in(instructor),
    }[who]()

    for grant in ("client_credentials", "password", "authorization_code", "implicit"):
        answer = client.post(
            "/oauth/token",
            {
                "grant_type": grant,
                "username": "learner",
                "password": "correct horse battery",
                "scope": "gate:evaluate",
            },
        )
        assert answer.status_code in {400, 401}, grant
        assert "access_token" not in answer.content.decode()
    for path in ("authorize/", "applications/", "applications/register/", "register/"):
        assert client.get(f"/oauth/{path}").status_code == 404
