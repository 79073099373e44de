"""The cast and the clock of every test."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.plugin import DjangoDbBlocker

from accounts.enums import BodyType, Level, Role
from accounts.models import Organisation, User
from accounts.permissions import CODE_TIME_KEY
from accounts.services import grant_role, join_organisation
from exams.services.sittings import form_schema

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

ONLY_WHEN_ASKED = {
    "browser": ("BROWSER_TESTS", "they need Chromium: make test-browser"),
    "faults": ("FAULT_TESTS", "they kill processes: make test-faults"),
    "race": ("DATABASE_URL", "they need PostgreSQL: make test-postgres"),
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what this run cannot do, and say so at its end."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "database" in fixtures and "committed_db" not in fixtures:
            item.add_marker(pytest.mark.django_db)
    left_out: dict[str, list[pytest.Item]] = {}
    for item in items:
        for marker, (variable, _why) in ONLY_WHEN_ASKED.items():
            if item.get_closest_marker(marker) and not os.environ.get(variable):
                left_out.setdefault(marker, []).append(item)
                break
    gone = {item for group in left_out.values() for item in group}
    if gone:
        config.hook.pytest_deselected(items=list(gone))
        items[:] = [item for item in items if item not in gone]
    config.stash[LEFT_OUT] = {marker: len(group) for marker, group in left_out.items()}


LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for marker, count in config.stash.get(LEFT_OUT, {}).items():
        why = ONLY_WHEN_ASKED[marker][1]
        terminalreporter.write_line(f"{count} {marker} tests were left out: {why}")


NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "law"


@pytest.fixture(autouse=True)
def _forget_forms() -> None:
    """Primary keys begin anew in every database; what was kept by them must go."""
    form_schema.cache_clear()


@pytest.fixture
def now() -> datetime:
    """10:00 on 23 November 2026 in Shanghai."""
    return NOW


@pytest.fixture
def corpus() -> Path:
    """The directory of statute texts; a test that needs it skips when it is absent."""
    if not CORPUS.is_dir():
        if os.environ.get("CI_NO_SKIP"):
            pytest.fail("the statute texts are missing")
        pytest.skip("the statute texts are not beside this checkout")
    return CORPUS


@pytest.fixture(scope="session")
def test_database(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, django_db_keepdb: bool
) -> Iterator[None]:
    """The test database, also when no test of this run asks pytest-django for it."""
    if "test" in Path(str(connection.settings_dict["NAME"])).name:
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default"},
            keepdb=django_db_keepdb,
        )
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(
    test_database: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[str]:
    """A copy of the test database in which every commit is real; dropped afterwards.

    For races, threads and server processes. Nothing is flushed, so the triggers that
    protect history stay in force. Yields the copy's DATABASE_URL.
    """
    with django_db_blocker.unblock():
        original = connection.settings_dict["NAME"]
        connections.close_all()
        if connection.vendor == "postgresql":
            copy = f"{original}_{uuid4().hex[:8]}"
            _on_server(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
            url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{copy}"
        else:
            copy = str(tmp_path / "copy.sqlite3")
            with (
                closing(sqlite3.connect(original)) as old,
                closing(sqlite3.connect(copy)) as new,
            ):
                old.backup(new)
            url = f"sqlite:///{copy}"
        connection.settings_dict["NAME"] = copy
        try:
            yield url
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = original
            if connection.vendor == "postgresql":
                _on_server(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The rolled-back database, or the copy when the test asked for `committed_db`.

    pytest-django decides about the rolled-back one when it collects: see the hook.
    """
    if "committed_db" in request.fixturenames:
        request.getfixturevalue("committed_db")


@pytest.fixture
def province(database: None) -> Organisation:
    return Organisation.add_root(
        name="云岭省应急管理厅", level=Level.PROVINCIAL, division_code="970000"
    )


@pytest.fixture
def city(province: Organisation) -> Organisation:
    return province.add_child(
        name="澜州市应急管理局", level=Level.CITY, division_code="970100"
    )


@pytest.fixture
def county(city: Organisation) -> Organisation:
    return city.add_child(
        name="望川县应急管理局", level=Level.COUNTY, division_code="970121"
    )


@pytest.fixture
def other_county(city: Organisation) -> Organisation:
    city.refresh_from_db()
    return city.add_child(
        name="临溪县应急管理局", level=Level.COUNTY, division_code="970122"
    )


@pytest.fixture
def enforcement_body(city: Organisation) -> Organisation:
    city.refresh_from_db()
    return city.add_child(
        name="澜州市应急管理综合行政执法支队",
        level=Level.CITY,
        division_code="970100",
        body_type=BodyType.ENFORCEMENT_BODY,
    )


Person = Callable[..., User]


@pytest.fixture
def person(database: None) -> Person:
    """Make a person in post since 2024 and holding roles: person("x", org, Role.Y)."""

    def make(username: str, organisation: Organisation, *roles: Role) -> User:
        user = User.objects.create_user(
            username,
            "correct horse battery",
            name=f"人物{username}",
            officer_number=f"97{abs(hash(username)) % 10**10:010d}",
        )
        join_organisation(user, organisation, on=date(2024, 1, 1))
        for role in roles:
            grant_role(user, role, organisation, now=NOW.replace(year=2024), by=None)
        return user

    return make


@pytest.fixture
def learner(person: Person, county: Organisation) -> User:
    return person("learner", county, Role.TRAINEE)


@pytest.fixture
def stranger(person: Person, other_county: Organisation) -> User:
    """A trainee of another organisation."""
    return person("stranger", other_county, Role.TRAINEE)


@pytest.fixture
def instructor(person: Person, city: Organisation) -> User:
    return person("instructor", city, Role.TRAINER)


@pytest.fixture
def legal_reviewer(person: Person, city: Organisation) -> User:
    return person("legal_reviewer", city, Role.LEGAL_REVIEWER)


@pytest.fixture
def examiner(person: Person, city: Organisation) -> User:
    return person("examiner", city, Role.ASSESSOR)


@pytest.fixture
def invigilator(person: Person, city: Organisation) -> User:
    return person("invigilator", city, Role.INVIGILATOR)


@pytest.fixture
def certifier(person: Person, city: Organisation) -> User:
    return person("certifier", city, Role.CERTIFICATION_OFFICER)


@pytest.fixture
def second_certifier(person: Person, city: Organisation) -> User:
    return person("second_certifier", city, Role.CERTIFICATION_OFFICER)


@pytest.fixture
def supervisor(person: Person, city: Organisation) -> User:
    return person("supervisor", city, Role.SUPERVISOR)


@pytest.fixture
def organisation_admin(person: Person, county: Organisation) -> User:
    return person("organisation_admin", county, Role.ORGANISATION_ADMIN)


@pytest.fixture
def auditor(person: Person, province: Organisation) -> User:
    return person("auditor", province, Role.AUDITOR)


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """A client signed in as the user: with a verified, recent code by default."""

    def sign_in(user: User, *, verified: bool = True) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.AccountBackend")
        if verified:
            device, _ = TOTPDevice.objects.get_or_create(
                user=user, name="test", confirmed=True
            )
            session = client.session
            session[DEVICE_ID_SESSION_KEY] = device.persistent_id
            session[CODE_TIME_KEY] = datetime.now(tz=UTC).isoformat()
            session.save()
        return client

    return sign_in
