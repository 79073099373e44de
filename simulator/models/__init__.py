"""Models of the simulator, split by noun."""

from __future__ import annotations

from simulator.models.cases import CaseMedia, CaseVersion, InspectionCase
from simulator.models.checklists import ChecklistEdition, ChecklistEntry
from simulator.models.rescoring import RescoredRun, Rescoring
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
    "RescoredRun",
    "Rescoring",
    "Run",
    "RunDecision",
    "RunEvent",
    "ScoreReport",
]
