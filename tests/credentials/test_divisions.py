"""Divisions move: the gate judges by where they lay at the time asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from credentials.errors import DivisionPlacesUnfit
from credentials.gate.application import GateApplication
from credentials.gate.reading import read_register, schemes_digest
from credentials.models import DivisionPlace
from credentials.rules.divisions import ancestors
from credentials.services.divisions import replace_places
from credentials.services.keys import rotate_keys
from tests.credentials.asgi_client import AsgiClient
from tests.credentials.gate_world import (
    connect,
    make_scheme,
    qualify,
    team_question,
    token_for,
)

pytestmark = pytest.mark.django_db

COUNTY = "970221"
MOVED = [
    (COUNTY, "970200", date(2020, 1, 1), date(2026, 7, 1)),
    (COUNTY, "970100", date(2026, 7, 1), None),
]
ENDED = [(COUNTY, "970200", date(2020, 1, 1), date(2026, 7, 1))]


def view():
    return read_register([], now=datetime.now(tz=UTC))


def test_lineage_is_that_of_the_time():
    replace_places(MOVED)
    places = view().divisions

    before = ancestors(COUNTY, datetime(2026, 6, 30, 15, 59, tzinfo=UTC), places)
    after = ancestors(COUNTY, datetime(2026, 6, 30, 16, 0, tzinfo=UTC), places)

    assert before == {COUNTY, "970200", "970000", "000000"}
    assert after == {COUNTY, "970100", "970000", "000000"}


def test_places_are_part_of_the_policy_hash():
    empty = schemes_digest(view())
    replace_places(MOVED)

    assert schemes_digest(view()) != empty


@pytest.mark.parametrize(("places", "permitted"), [(MOVED, True), (ENDED, False)])
def test_team_of_the_new_city_opens_in_the_moved_county(
    settings, tmp_path, person, city, places, permitted
):
    settings.GATE_KEY_DIR = str(tmp_path)
    rotate_keys(now=datetime.now(tz=UTC))
    scheme = make_scheme(city)
    people = [person("officer_a", city), person("officer_b", city)]
    for officer in people:
        qualify(officer, scheme, city)
    application, secret = connect(city, "gate:evaluate", "gate:explain")
    caller = AsgiClient(GateApplication(), token_for(application, secret))
    question = team_question(*people)
    question["resource"]["properties"]["division"] = COUNTY
    assert not caller.post("/access/v1/evaluation", question).json["decision"]

    replace_places(places)

    answer = caller.post("/access/v1/evaluation", question).json
    assert answer["decision"] == permitted, answer


@pytest.mark.parametrize(
    "places",
    [
        [*MOVED, (COUNTY, "970300", date(2021, 1, 1), date(2021, 2, 1))],
        [(COUNTY, "970300", date(2021, 1, 1), None), *MOVED],
        [("97", "970300", date(2021, 1, 1), None)],
        [(COUNTY, COUNTY, date(2021, 1, 1), None)],
        [(COUNTY, "970300", date(2021, 1, 1), date(2021, 1, 1))],
    ],
)
def test_unfit_places_are_refused(places):
    with pytest.raises(DivisionPlacesUnfit):
        replace_places(places)


def test_command_replaces_everything_or_nothing(tmp_path, capsys):
    file = tmp_path / "places.csv"
    file.write_text(f"code,parent,since,until\n{COUNTY},970100,2026-07-01,\n", "utf-8")
    call_command("load_divisions", file)
    assert capsys.readouterr().out == "1\n"

    file.write_text("code,parent,since,until\n1,970100,2026-07-01,\n", "utf-8")
    with pytest.raises(CommandError):
        call_command("load_divisions", file)

    assert DivisionPlace.objects.get().code == COUNTY
