"""Reads of the examination engine; other packages use what is named here."""

from __future__ import annotations

from exams.queries.registered import cited_places, exam_activities, exam_progress
from exams.queries.results import examined, released_results

__all__ = [
    "cited_places",
    "exam_activities",
    "exam_progress",
    "examined",
    "released_results",
]
