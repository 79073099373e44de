"""Reads of the examination engine; other packages use what is named here."""

from __future__ import annotations

from exams.queries.results import examined, released_results

__all__ = ["examined", "released_results"]
