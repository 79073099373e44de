"""Checklists in: a YAML file becomes an edition of the library."""

import hashlib
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from courses.enums import INSPECTED_ASPECTS
from simulator.errors import CaseInvalidError
from simulator.models import ChecklistEdition, ChecklistEntry

FORMAT = "inspection-checklist/1"


@transaction.atomic
def import_checklist(path: Path) -> ChecklistEdition:
    """Store the checklist of a file; the same content again changes nothing.

    A changed file of the same date replaces the entries of that date; another
    date is another edition beside it.
    """
    text = path.read_bytes()
    data = yaml.safe_load(text)
    day = parse_date(str(data.get("law_as_of"))) if isinstance(data, dict) else None
    if day is None or data.get("format") != FORMAT:
        raise CaseInvalidError(gettext("This is not a checklist file."))
    digest = hashlib.sha256(text).hexdigest()
    edition, _created = ChecklistEdition.objects.get_or_create(
        key=data["key"],
        law_as_of=day,
        defaults={"title": data["title"], "sha256": ""},
    )
    if edition.sha256 == digest:
        return edition
    edition.entries.all().delete()
    ChecklistEntry.objects.bulk_create(
        _entry(edition, position, entry)
        for position, entry in enumerate(data["entries"], start=1)
    )
    edition.title = data["title"]
    edition.sha256 = digest
    edition.save(update_fields=["title", "sha256"])
    return edition


def _entry(
    edition: ChecklistEdition, position: int, entry: dict[str, Any]
) -> ChecklistEntry:
    if entry["aspect"] not in INSPECTED_ASPECTS or not entry["duties"]:
        raise CaseInvalidError(
            gettext("Entry %(number)s lacks its aspect or its duty provision.")
            % {"number": entry.get("number", position)}
        )
    return ChecklistEntry(
        edition=edition,
        number=entry["number"],
        position=position,
        aspect=entry["aspect"],
        text=entry["text"],
        applies_to=entry.get("applies_to", ""),
        how=entry.get("how", ""),
        duties=entry["duties"],
        penalties=entry.get("penalties", []),
        mistakes=entry.get("mistakes", ""),
    )
