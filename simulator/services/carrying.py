"""Checklists and cases follow a change of law, each by the way of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from courses.citations import parse_key
from courses.queries.law import read_citation
from courses.registry import CarriedCitations
from simulator.case_format import dump_case, read_case
from simulator.engine.citations import PATTERN, UNREAD
from simulator.models import ChecklistEdition, ChecklistEntry, InspectionCase
from simulator.queries import payload_of
from simulator.services.archives import CasePackage
from simulator.services.cases import fingerprint, import_case


@transaction.atomic
def carry_checklist_forward(carried: CarriedCitations) -> None:
    """Add an edition of today's law; the edition before stays as it was.

    Of an edition that is of this day already the entries are mended in place: nothing
    has been inspected by another text of that date.
    """
    latest = ChecklistEdition.objects.filter(key=carried.document).latest("law_as_of")
    entries = list(latest.entries.all())
    for entry in entries:
        entry.duties = [_provision(p, carried.moved) for p in entry.duties]
        entry.penalties = [_provision(p, carried.moved) for p in entry.penalties]
    if latest.law_as_of == carried.law_as_of:
        ChecklistEntry.objects.bulk_update(entries, ["duties", "penalties"])
        return
    edition = ChecklistEdition.objects.create(
        key=latest.key,
        title=latest.title,
        law_as_of=carried.law_as_of,
        sha256=fingerprint(
            {"from": latest.sha256, "moved": carried.moved, "on": str(carried.now)}
        ),
    )
    for entry in entries:
        entry.pk, entry.edition = None, edition
    ChecklistEntry.objects.bulk_create(entries)


def _provision(provision: dict[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    place = read_citation(provision["citation"])
    if place is None or place.key not in moved:
        return provision
    return {**provision, "citation": parse_key(moved[place.key]).text}


@transaction.atomic
def carry_case_forward(carried: CarriedCitations) -> None:
    """Draft the next version with the decided places and today's date of the law.

    It is played only after somebody published it, through the gates of every version.
    """
    case = InspectionCase.objects.select_for_update().get(key=carried.document)
    latest = case.versions.order_by("-number")[0]
    payload = _moved(payload_of(latest), carried.moved)
    head = payload["case"]
    interval = (
        latest.law_review_due - latest.law_as_of if latest.law_review_due else None
    )
    head["law_as_of"] = carried.law_as_of.isoformat()
    if interval is not None:
        head["law_review_due"] = (carried.law_as_of + interval).isoformat()
    if latest.pk == case.live_version_id:
        head["version"] = latest.number + 1
    media = {m.path: bytes(m.content) for m in latest.media.all()}
    package = CasePackage(read_case(dump_case(payload)), media)
    import_case(package, now=carried.now, by=carried.by)


def _moved(value: Any, moved: Mapping[str, str]) -> Any:
    """The payload with moved provisions, as values and as names of reasons."""
    if isinstance(value, str):
        return moved.get(value, value) if PATTERN.match(value) else value
    if isinstance(value, dict):
        return {
            moved.get(name, name): inner if name == UNREAD else _moved(inner, moved)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_moved(inner, moved) for inner in value]
    return value
