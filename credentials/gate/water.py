"""The highest revision ever answered from, kept outside the database.

A database restored from an old copy has lost its last suspensions. Its own tables
cannot tell; this mark can.
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
            for installation, revision in _kept().items():
                self._raise(installation, revision)
        return dict(self._marks)

    def check(self, installation: str, revision: int, mark: dict[str, int]) -> None:
        """Raises when the revision lies below the mark; raises the mark otherwise."""
        if revision < mark.get(installation, 0):
            raise RevisionRegressedError
        if revision > self._marks.get(installation, 0):
            self._write(installation, revision)
            self._raise(installation, revision)

    def _raise(self, installation: str, revision: int) -> None:
        self._marks[installation] = max(revision, self._marks.get(installation, 0))

    def forget(self) -> None:
        """Accepts the present register after reconciliation."""
        self._marks.clear()
        _file().unlink(missing_ok=True)

    def _write(self, installation: str, revision: int) -> None:
        if _kept().get(installation, 0) >= revision:
            return
        path = _file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as file:
            json.dump({installation: revision}, file)
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
