"""Item files of other systems: looked through first, taken over afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from exams import tasks
from exams.data import ItemDraft, Problem
from exams.enums import ImportState
from exams.errors import ImportRefused
from exams.formats import (
    Defaults,
    Export,
    FileRefused,
    Reading,
    Shared,
    export_items,
    read_items,
)
from exams.models import CaseSetItem, Item, ItemImport
from exams.queries.drafts import drafts_of, on_older_material, shared_of
from exams.services.bank import (
    BATCH,
    add_exhibit,
    add_item_revisions,
    draft_digest,
    exhibit_digest,
    save_case_set,
)
from exams.services.item_media import store_media, with_addresses, with_held_media

AT_ONCE_BYTES = 256 * 1024
AT_ONCE_ITEMS = 500


@dataclass(frozen=True)
class ImportReport:
    """What a file holds, and what taking it over would do or has done."""

    dialect: str
    read: int
    accepted: int
    new: int
    revised: int
    unchanged: int
    exhibits: int = 0
    case_sets: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    stored: int = 0


def check_items(
    data: bytes, *, dialect: str, defaults: Defaults
) -> tuple[Reading, ImportReport]:
    """Read a file and say what it would do; changes nothing. Raises ``FileRefused``."""
    reading = read_items(data, dialect, defaults)
    drafts = [entry.draft for entry in reading.accepted]
    fates = Counter(_fates([with_addresses(d) for d in drafts], reading.shared))
    _check_places(reading.shared)
    report = ImportReport(
        dialect=reading.dialect,
        read=reading.read,
        accepted=len(drafts),
        new=fates["new"],
        revised=fates["revised"],
        unchanged=fates["unchanged"],
        exhibits=len(reading.shared.exhibits),
        case_sets=len(reading.shared.case_sets),
        by_type=dict(sorted(Counter(draft.type for draft in drafts).items())),
        rejected=[
            {
                "place": str(entry.place),
                **asdict(entry.place),
                "reasons": [_reason(problem) for problem in entry.problems],
            }
            for entry in reading.rejected
        ],
    )
    return reading, report


def _reason(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "message": problem.message, "at": problem.place}


def _check_places(shared: Shared) -> None:
    """An item is in one case set at most, here and in the file."""
    wanted = {key: one.key for one in shared.case_sets for key in one.items}
    places = CaseSetItem.objects.filter(item__key__in=wanted)
    for item, held in places.values_list("item__key", "case_set__key"):
        if held != wanted[item]:
            message = "An item of this case set is in another one."
            raise FileRefused("case_set_taken", message, f"{wanted[item]} {item}")


def _fates(drafts: list[ItemDraft], shared: Shared) -> list[str]:
    fates = []
    material = {one.key: exhibit_digest(one) for one in shared.exhibits}
    for start in range(0, len(drafts), BATCH):
        batch = drafts[start : start + BATCH]
        digests = dict(
            Item.objects.filter(key__in=[draft.key for draft in batch]).values_list(
                "key", "newest__digest"
            )
        )
        for draft in batch:
            if draft.key not in digests:
                fates.append("new")
            elif digests[draft.key] == draft_digest(draft, material.get(draft.exhibit)):
                fates.append("unchanged")
            else:
                fates.append("revised")
    return fates


@transaction.atomic
def import_items(
    data: bytes,
    *,
    dialect: str,
    defaults: Defaults,
    accept_good: bool,
    now: datetime,
    by: User | None,
) -> ImportReport:
    """Take a file over: all of it, or with ``accept_good`` what is good of it.

    Items come in as drafts and go through review like any other. Idempotent. Refuses
    with ``ImportRefused`` when a question was rejected and ``accept_good`` is not said.
    """
    reading, report = check_items(data, dialect=dialect, defaults=defaults)
    if reading.rejected and not accept_good:
        raise ImportRefused(str(len(reading.rejected)))
    drafts = [store_media(entry.draft, now=now) for entry in reading.accepted]
    shared = reading.shared
    exhibits = {one.key: add_exhibit(one, now=now) for one in shared.exhibits}
    stored = add_item_revisions(drafts, now=now, by=by, exhibits=exhibits)
    for case_set in shared.case_sets:
        save_case_set(case_set, exhibit=exhibits[case_set.exhibit])
    return ImportReport(**{**asdict(report), "stored": stored})


def keep_import(
    data: bytes,
    *,
    name: str,
    dialect: str,
    defaults: Defaults,
    now: datetime,
    by: User,
) -> ItemImport:
    """Keep an upload with its report until somebody decides.

    A small file is looked through at once, and not kept when that raises
    ``FileRefused``; a large one is left to the worker.
    """
    kept = ItemImport(
        name=name[:200],
        dialect=dialect,
        defaults=asdict(defaults),
        data=data,
        state=ImportState.WAITING,
        by=by,
        created_at=now,
    )
    if len(data) <= AT_ONCE_BYTES:
        _look_through(kept)
        kept.save()
        return kept
    with transaction.atomic():
        kept.save()
        transaction.on_commit(partial(tasks.look_through_import.enqueue, kept.pk))
    return kept


def look_through_by_id(import_id: int, *, now: datetime) -> None:
    """Look through an upload that waits; one that cannot be read says why. Idempotent."""
    kept = ItemImport.objects.get(pk=import_id)
    if kept.state != ImportState.WAITING:
        return
    try:
        _look_through(kept)
    except FileRefused as refusal:
        reason = Problem(refusal.code, refusal.message, refusal.place)
        kept.report = {"refused": _reason(reason)}
        kept.state, kept.decided_at, kept.data = ImportState.REFUSED, now, b""
    kept.save()


def _look_through(kept: ItemImport) -> None:
    _reading, report = check_items(
        bytes(kept.data), dialect=kept.dialect, defaults=Defaults(**kept.defaults)
    )
    kept.dialect, kept.report = report.dialect, asdict(report)
    kept.state = ImportState.CHECKED


@transaction.atomic
def take_import(
    kept: ItemImport, *, accept_good: bool, now: datetime, by: User
) -> ImportReport | None:
    """Take over a kept upload: a small one at once, a large one by the worker (None).

    Refuses when it was decided already, or holds errors and ``accept_good`` is not said.
    """
    kept = _lock_open(kept)
    if kept.report["accepted"] <= AT_ONCE_ITEMS:
        return _take(kept, accept_good=accept_good, now=now)
    if kept.report["rejected"] and not accept_good:
        raise ImportRefused(str(len(kept.report["rejected"])))
    kept.state, kept.decided_at = ImportState.TAKING, now
    kept.save(update_fields=["state", "decided_at"])
    transaction.on_commit(partial(tasks.take_import.enqueue, kept.pk, accept_good))
    return None


@transaction.atomic
def take_ordered(import_id: int, *, accept_good: bool, now: datetime) -> None:
    """Take over an upload that was left to the worker. Idempotent, all or nothing."""
    kept = ItemImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if kept.state == ImportState.TAKING:
        _take(kept, accept_good=accept_good, now=now)


def _take(kept: ItemImport, *, accept_good: bool, now: datetime) -> ImportReport:
    report = import_items(
        bytes(kept.data),
        dialect=kept.dialect,
        defaults=Defaults(**kept.defaults),
        accept_good=accept_good,
        now=now,
        by=kept.by,
    )
    kept.report = asdict(report)
    _decide(kept, ImportState.TAKEN, now)
    return report


@transaction.atomic
def drop_import(kept: ItemImport, *, now: datetime) -> None:
    """Drop a kept upload; nothing of it comes in. Refuses when decided already."""
    _decide(_lock_open(kept), ImportState.DROPPED, now)


def _lock_open(kept: ItemImport) -> ItemImport:
    locked = ItemImport.objects.select_for_update(of=("self",)).get(pk=kept.pk)
    if locked.state != ImportState.CHECKED:
        raise ImportRefused(locked.state)
    return locked


def _decide(kept: ItemImport, state: ImportState, now: datetime) -> None:
    kept.state, kept.decided_at, kept.data = state, now, b""
    kept.save(update_fields=["state", "decided_at", "data", "report"])


def export_bank(items: QuerySet[Item], dialect: str) -> Export:
    """Items in a dialect, with what could not be said in it.

    A file says material once: items on an older revision of it are left out.
    """
    old = on_older_material(items)
    drafts = [with_held_media(draft) for draft in drafts_of(items)]
    fresh = [draft for draft in drafts if draft.key not in old]
    export = export_items(fresh, dialect, shared_of(items))
    message = "The item hangs on an older revision of its material."
    lost = tuple(
        (draft, Problem("exhibit_old", message, draft.exhibit))
        for draft in drafts
        if draft.key in old
    )
    return replace(export, left_out=export.left_out + lost)
