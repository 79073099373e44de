"""The highest revision ever answered from, kept outside the database.

A database restored from an old copy has lost its last suspensions. Its own tables
cannot tell; this mark can. Marks belong to a timeline: an installation since its last
reconciliation. So a reconciled register begins anew in every process, and a copy from
before the reconciliation still meets the mark it had then.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from credentials.services.keys import key_directory


class RevisionRegressedError(Exception):
    """The register shows an older revision than one already answered from."""


class HighWater:
    """The mark of this process, and of every process through a file."""

    def __init__(self) -> None:
        self._marks: dict[str, int] = {}
        self._stamp = 0

    def mark(self) -> dict[str, int]:
        """What any process had seen when a snapshot is begun: it must show no less."""
        try:
            stamp = _file().stat().st_mtime_ns
        except FileNotFoundError:
            return dict(self._marks)
        if stamp != self._stamp:
            self._stamp = stamp
            for timeline, revision in _kept().items():
                self._raise(timeline, revision)
        return dict(self._marks)

    def check(self, timeline: str, revision: int, mark: dict[str, int]) -> None:
        """Raises when the revision lies below the mark; raises the mark otherwise."""
        if revision < mark.get(timeline, 0):
            raise RevisionRegressedError
        if revision > self._marks.get(timeline, 0):
            self._write(timeline, revision)
            self._raise(timeline, revision)

    def _raise(self, timeline: str, revision: int) -> None:
        self._marks[timeline] = max(revision, self._marks.get(timeline, 0))

    def _write(self, timeline: str, revision: int) -> None:
        kept = _kept()
        if kept.get(timeline, 0) >= revision:
            return
        path = _file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as file:
            json.dump({**kept, timeline: revision}, file)
        Path(file.name).replace(path)


def _kept() -> dict[str, int]:
    """What the file says; an unreadable one says nothing."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): int(value) for name, value in kept.items()}


def _file() -> Path:
    return key_directory() / "high-water.json"
