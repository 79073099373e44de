"""A draft tried out on everybody: counted, never twice, and after a crash."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credentials.models import DryRunEffect
from credentials.queries import preview
from credentials.services import dry_runs
from credentials.services.dry_runs import go_on, open_dry_run
from credentials.services.schemes import write_version
from tests.credentials.conftest import PARAMETERS

pytestmark = pytest.mark.django_db

NEVER = [{"code": "years", "kind": "years_in_post", "parameters": {"years": 40}}]


@pytest.fixture
def draft(scheme, certifier, now):
    return write_version(
        scheme,
        parameters={**PARAMETERS, "requirements": NEVER},
        effective_from=now + timedelta(days=30),
        by=certifier,
        now=now,
    )


@pytest.fixture
def holders(person, county, issue):
    people = [person(f"holder{n}", county) for n in range(5)]
    for officer in people:
        issue(officer)
    return people


def test_everybody_in_post_is_looked_at_once(draft, holders, now):
    run = go_on(open_dry_run(draft, now=now), now=now)

    needing = DryRunEffect.objects.filter(run=run, kind="needs")
    assert {e.officer for e in needing} == set(holders)
    assert all(e.missing == ["years"] for e in needing)
    assert run.done == run.total
    assert run.finished_at == now


def test_run_goes_on_where_it_was_when_the_worker_died(
    draft, holders, now, monkeypatch
):
    monkeypatch.setattr(dry_runs, "AT_ONCE", 2)
    run = open_dry_run(draft, now=now)
    looked_at = []

    def touched(version, people, *, now):
        if len(looked_at) == 2:
            raise KeyboardInterrupt
        looked_at.extend(people)
        yield from preview.people_touched(version, people, now=now)

    with monkeypatch.context() as patched:
        patched.setattr(dry_runs, "people_touched", touched)
        with pytest.raises(KeyboardInterrupt):
            go_on(run, now=now)
    run.refresh_from_db()
    assert (run.done, run.finished_at) == (2, None)

    go_on(run, now=now)
    again = go_on(run, now=now)

    assert again.done == again.total
    assert again.effects.count() == DryRunEffect.objects.count()
    assert set(
        again.effects.filter(kind="needs").values_list("officer", flat=True)
    ) >= {officer.pk for officer in holders}


def test_a_person_more_costs_the_same_queries(draft, holders, person, county, now):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            go_on(open_dry_run(draft, now=now), now=now)
        return len(asked)

    few = queries()
    people = preview.people_concerned(draft, now=now).count()
    person("another", county)

    assert (queries() - few) * people <= few
