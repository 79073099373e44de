"""Reactions of courses to what happens elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import connections

from courses.models import LegalReview
from courses.services.catalogue import ensure_catalogue


def prepare_catalogue(using: str, **_kwargs: Any) -> None:
    """After every migrate: the catalogue's root, workflow and rights are there."""
    connection = connections[using]
    if LegalReview._meta.db_table in connection.introspection.table_names():
        ensure_catalogue()
