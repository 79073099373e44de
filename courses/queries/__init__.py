"""Reads of courses, also for the apps above it."""

from courses.queries.learning import completed_courses, study_minutes, taught

__all__ = ["completed_courses", "study_minutes", "taught"]
