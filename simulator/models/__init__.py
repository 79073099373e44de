"""Models of the simulator, split by noun."""

from __future__ import annotations

from simulator.models.cases import CaseMedia, CaseVersion, InspectionCase
from simulator.models.checklists import ChecklistEdition, ChecklistEntry
from simulator.models.runs import (
    AttemptGrant,
    Run,
    RunDecision,
    RunEvent,
    ScoreReport,
)

__all__ = [
    "AttemptGrant",
    "CaseMedia",
    "CaseVersion",
    "ChecklistEdition",
    "ChecklistEntry",
    "InspectionCase",
    "Run",
    "RunDecision",
    "RunEvent",
    "ScoreReport",
]
