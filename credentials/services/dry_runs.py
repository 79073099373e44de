"""Drafts of schemes tried out on everybody, by the worker, piece by piece."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from credentials.enums import SchemeVersionState
from credentials.errors import AlreadyDecided
from credentials.models import DryRun, DryRunEffect, SchemeVersion
from credentials.queries.preview import AT_ONCE, people_concerned, people_touched
from credentials.tasks import try_scheme


@transaction.atomic
def open_dry_run(version: SchemeVersion, *, now: datetime) -> DryRun:
    """Orders a dry run of a draft over the whole register; the worker does it.

    One that has not ended goes on, so that a second click, or one after the worker
    died, begins nothing anew. One that has ended is replaced. Refuses a version that is
    approved.
    """
    locked = SchemeVersion.objects.select_for_update().get(pk=version.pk)
    if locked.state != SchemeVersionState.DRAFT:
        raise AlreadyDecided
    run = locked.dry_runs.filter(finished_at__isnull=True).first()
    if run is None:
        locked.dry_runs.all().delete()
        total = people_concerned(locked, now=now).count()
        run = DryRun.objects.create(version=locked, begun_at=now, total=total)
    transaction.on_commit(partial(try_scheme.enqueue, run.pk))
    return run


def go_on(run: DryRun, *, now: datetime) -> DryRun:
    """Looks at everybody not looked at yet; idempotent, and goes on after a crash."""
    while run.finished_at is None:
        run = _next_piece(run.pk, now)
    return run


@transaction.atomic
def _next_piece(pk: int, now: datetime) -> DryRun:
    run = DryRun.objects.select_for_update().get(pk=pk)
    if run.finished_at is not None:
        return run
    concerned = people_concerned(run.version, now=run.begun_at)
    people = list(concerned.filter(pk__gt=run.last_officer)[:AT_ONCE])
    DryRunEffect.objects.bulk_create(
        DryRunEffect(
            run=run,
            officer=touched.officer,
            kind=touched.kind,
            missing=list(touched.missing),
            since=touched.since,
        )
        for touched in people_touched(run.version, people, now=run.begun_at)
    )
    run.done += len(people)
    run.total = max(run.total, run.done)
    if people:
        run.last_officer = people[-1].pk
    else:
        run.finished_at = now
    run.save(update_fields=["done", "total", "last_officer", "finished_at"])
    return run
