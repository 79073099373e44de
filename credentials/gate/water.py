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

    def mark(self) -> dict[str, int]:
        """What had been seen when a snapshot was begun: it must show no less."""
        return dict(self._marks)

    def check(self, installation: str, revision: int, mark: dict[str, int]) -> None:
        """Raises when the revision lies below the mark; raises the mark otherwise."""
        lowest = mark.get(installation)
        if lowest is None:
            lowest = self._read(installation)
        if revision < lowest:
            raise RevisionRegressedError
        if revision > self._marks.get(installation, lowest):
            self._write(installation, revision)
        self._marks[installation] = max(
            revision, self._marks.get(installation, revision)
        )

    def forget(self) -> None:
        """Accepts the present register after reconciliation."""
        self._marks.clear()
        _file().unlink(missing_ok=True)

    def _read(self, installation: str) -> int:
        try:
            kept = json.loads(_file().read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return 0
        return int(kept.get(installation, 0))

    def _write(self, installation: str, revision: int) -> None:
        path = _file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, delete=False
        ) as file:
            json.dump({installation: revision}, file)
        Path(file.name).replace(path)


def _file() -> Path:
    return key_directory() / "high-water.json"
