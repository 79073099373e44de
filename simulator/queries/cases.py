"""Cases and checklists as they are offered and played."""

import json
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from simulator.engine import (
    Case,
    load_case,
    variant,
)
from simulator.enums import CaseStatus
from simulator.models import (
    CaseVersion,
    ChecklistEdition,
    InspectionCase,
    Run,
    ScoreReport,
)
from simulator.models.runs import RunQuerySet


def playable_cases() -> QuerySet[InspectionCase]:
    """Cases with a published live version."""
    return InspectionCase.objects.filter(
        live_version__status=CaseStatus.PUBLISHED
    ).select_related("live_version")


def live_case(version: CaseVersion) -> Case:
    """The case of a version, before any variant is chosen."""
    return _loaded(version.sha256, version.payload)


@lru_cache(maxsize=32)
def _loaded(sha256: str, payload: str) -> Case:
    return load_case(json.loads(payload))


def case_of(run: Run, key: CaseVersion | None = None) -> Case:
    """The case as this run shows it, or as a corrected key has it."""
    version = key or run.version
    return _variant(version.sha256, version.payload, run.seed)


@lru_cache(maxsize=128)
def _variant(sha256: str, payload: str, seed: int) -> Case:
    return variant(_loaded(sha256, payload), seed)


def payload_of(version: CaseVersion) -> dict[str, Any]:
    """What a version holds, as it was imported."""
    payload: dict[str, Any] = json.loads(version.payload)
    return payload


def latest_checklists() -> list[ChecklistEdition]:
    """Every checklist of the library in its latest edition."""
    latest: dict[str, ChecklistEdition] = {}
    for edition in ChecklistEdition.objects.order_by("key", "-law_as_of"):
        latest.setdefault(edition.key, edition)
    return list(latest.values())


def runs_of(user: User) -> RunQuerySet:
    """The runs of one officer with their case and score, the latest first."""
    return (
        Run.objects.filter(user=user)
        .select_related("version__case")
        .prefetch_related(
            Prefetch(
                "reports",
                ScoreReport.objects.filter(current=True),
                to_attr="current_reports",
            )
        )
    )
