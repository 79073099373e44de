"""Facts that courses announces, in the past tense."""

from __future__ import annotations

from django.dispatch import Signal

course_completed = Signal()
"""Sent after the commit with `user`, `course_key` and `now`."""
