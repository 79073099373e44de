"""A draft tried out on everybody: counted, never twice, and after a crash."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credentials.errors import AlreadyDecided
from credentials.models import DryRunEffect
from credentials.queries import preview
from credentials.queries.personal import personal_data
from credentials.services import dry_runs
from credentials.services.dry_runs import go_on, open_dry_run
from credentials.services.schemes import write_version
from tests.credentials.conftest import PARAMETERS

pytestmark = pytest.mark.django_db

NEVER = [{"code": "years", "kind": "years_in_post", "parameters": {"years": 40}}]


@pytest.fixture
def draft(scheme, certifier, holders, now):
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
    of_this_draft = DryRunEffect.objects.filter(run__version=draft)
    assert again.effects.count() == of_this_draft.count() == 7
    assert set(
        again.effects.filter(kind="needs").values_list("officer", flat=True)
    ) >= {officer.pk for officer in holders}


def test_who_came_after_it_was_ordered_is_looked_at_too(draft, person, county, now):
    run = draft.dry_runs.get()
    person("newcomer", county)

    ended = go_on(run, now=now)

    assert ended.done == ended.total == run.total + 1


def test_run_that_stands_still_is_taken_up_and_one_that_ended_is_replaced(
    draft, holders, now
):
    begun = draft.dry_runs.get()

    assert open_dry_run(draft, now=now) == begun
    ended = go_on(begun, now=now)
    again = open_dry_run(draft, now=now)

    assert again != ended
    assert list(draft.dry_runs.all()) == [again]


def test_approved_version_is_tried_out_no_more(scheme, now):
    with pytest.raises(AlreadyDecided):
        open_dry_run(scheme.versions.get(), now=now)


def test_what_a_draft_would_do_is_in_the_persons_own_file(draft, holders, now):
    go_on(draft.dry_runs.get(), now=now)

    told = personal_data(holders[0])["touched_by_drafts"]

    assert [(entry["kind"], entry["missing"]) for entry in told] == [
        ("needs", ["years"])
    ]


def test_a_person_more_costs_the_same_queries(draft, holders, person, county, now):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            go_on(open_dry_run(draft, now=now), now=now)
        return len(asked)

    queries()
    few = queries()
    people = preview.people_concerned(draft, now=now).count()
    person("another", county)

    assert (queries() - few) * people <= few
