"""Facts the simulator announces."""

from __future__ import annotations

from django.dispatch import Signal

run_scored = Signal()
"""Sent after commit with ``run_public_id`` (str) and ``now`` (aware datetime)."""
