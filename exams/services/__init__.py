"""Every change of state of the examination engine, one function per intention."""

from __future__ import annotations

from exams.services.bank import sync_stale_items
from exams.services.periodic import close_and_mark
from exams.services.results import mark_sitting_by_id

__all__ = ["close_and_mark", "mark_sitting_by_id", "sync_stale_items"]
