"""Back up and restore an installation: its database and its uploaded files, as one tar.

The embedded database is copied by SQLite's own online backup; PostgreSQL by pg_dump in
its custom format. Restoring replaces what is there.
"""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

SQLITE_MEMBER = "database.sqlite3"
POSTGRES_MEMBER = "database.pgdump"
MEDIA_MEMBER = "media"


class BackupError(RuntimeError):
    """The backup cannot be written or is not one of ours."""


def back_up(database: dict[str, Any], media_root: Path, target: Path) -> None:
    """Write the database and the uploaded files to `target`, complete or not at all."""
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name.")
    with tempfile.TemporaryDirectory() as work:
        if _is_sqlite(database):
            dump = Path(work) / SQLITE_MEMBER
            _copy_sqlite(Path(database["NAME"]), dump)
        else:
            dump = Path(work) / POSTGRES_MEMBER
            _run(["pg_dump", "--format=custom", f"--file={dump}"], database)
        partial = target.with_name(target.name + ".partial")
        with tarfile.open(partial, "w") as archive:
            archive.add(dump, arcname=dump.name)
            if media_root.is_dir():
                archive.add(media_root, arcname=MEDIA_MEMBER)
        partial.rename(target)


def restore(database: dict[str, Any], media_root: Path, source: Path) -> None:
    """Replace the database and the uploaded files by those of `source`.

    Raises BackupError when the file is no backup of this kind of database; then nothing
    is changed.
    """
    member = SQLITE_MEMBER if _is_sqlite(database) else POSTGRES_MEMBER
    with tempfile.TemporaryDirectory() as work:
        try:
            with tarfile.open(source) as archive:
                _unpack(archive, Path(work))
        except (tarfile.TarError, OSError) as error:
            raise BackupError(f"{source} cannot be read as a backup.") from error
        dump = Path(work) / member
        if not dump.exists():
            raise BackupError(f"{source} holds no {member}; nothing was changed.")
        if _is_sqlite(database):
            _copy_sqlite(dump, Path(database["NAME"]))
        else:
            _run(
                [
                    *("pg_restore", "--clean", "--if-exists", "--no-owner"),
                    *("--exit-on-error", "--single-transaction"),
                    *(f"--dbname={database['NAME']}", str(dump)),
                ],
                database,
            )
        media = Path(work) / MEDIA_MEMBER
        if media.is_dir():
            shutil.rmtree(media_root, ignore_errors=True)
            shutil.copytree(media, media_root)


def _unpack(archive: tarfile.TarFile, target: Path) -> None:
    """Regular files only, and none outside of `target`."""
    for member in archive.getmembers():
        content = archive.extractfile(member) if member.isfile() else None
        path = (target / member.name).resolve()
        if content is not None and path.is_relative_to(target.resolve()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


def _is_sqlite(database: dict[str, Any]) -> bool:
    return str(database["ENGINE"]).endswith("sqlite3")


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _run(command: list[str], database: dict[str, Any]) -> None:
    environment = os.environ | {
        "PGHOST": str(database.get("HOST") or ""),
        "PGPORT": str(database.get("PORT") or ""),
        "PGUSER": str(database.get("USER") or ""),
        "PGPASSWORD": str(database.get("PASSWORD") or ""),
        "PGDATABASE": str(database["NAME"]),
    }
    environment = {key: value for key, value in environment.items() if value}
    result = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, check=False
    )
    if result.returncode:
        reason = result.stderr.decode(errors="replace").strip()
        raise BackupError(reason or f"{command[0]} failed.")
