"""What courses hands to the apps above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CompletedCourse:
    """A course somebody completed, with the seal of what it rested on."""

    course_key: str
    title: str
    completed_at: datetime
    minutes: int
    evidence_hash: str
