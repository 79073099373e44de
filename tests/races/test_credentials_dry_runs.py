"""Two workers with one dry run: everybody is looked at once."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction

from credentials.models import DryRun, DryRunEffect
from credentials.queries.preview import people_concerned, people_touched
from credentials.services.dry_runs import go_on
from credentials.services.schemes import write_version
from tests.credentials import conftest as register_cast
from tests.races.together import at_once

pytestmark = pytest.mark.race
issue, make_scheme = register_cast.issue, register_cast.make_scheme
scheme, third_certifier = register_cast.scheme, register_cast.third_certifier


@pytest.fixture(autouse=True)
def _real_commits(committed_db: str) -> None:
    """Every commit of these tests is real."""


@pytest.fixture
def run(learner, scheme, issue, certifier, now):
    """A dry run of a draft that asks one holder for more; no worker has begun it."""
    issue(learner)
    draft = write_version(
        scheme,
        parameters={
            **register_cast.PARAMETERS,
            "requirements": [
                {"code": "years", "kind": "years_in_post", "parameters": {"years": 40}}
            ],
        },
        effective_from=now + timedelta(days=30),
        by=certifier,
        now=now,
    )
    DryRunEffect.objects.all().delete()
    DryRun.objects.filter(version=draft).update(
        done=0, last_officer=0, finished_at=None
    )
    return draft.dry_runs.get()


def test_two_workers_look_at_everybody_once(run, learner, now):
    results = at_once(
        lambda: go_on(DryRun.objects.get(pk=run.pk), now=now),
        lambda: go_on(DryRun.objects.get(pk=run.pk), now=now),
    )

    run.refresh_from_db()
    assert [result.pk for result in results] == [run.pk, run.pk]
    assert run.done == run.total
    assert [e.officer for e in run.effects.filter(kind="needs")] == [learner]


def test_without_the_lock_both_would_store_the_same_people(run, now):
    """The twin: both read how far it is before either has stored anything."""
    read = Barrier(2)

    @transaction.atomic
    def look_unlocked() -> int:
        mine = DryRun.objects.get(pk=run.pk)
        read.wait()
        people = list(
            people_concerned(mine.version, now=now).filter(pk__gt=mine.last_officer)
        )
        for touched in people_touched(mine.version, people, now=now):
            DryRunEffect.objects.create(
                run=mine, officer=touched.officer, kind=touched.kind, since=now
            )
        return len(people)

    results = at_once(look_unlocked, look_unlocked)

    assert "integrity" in results
