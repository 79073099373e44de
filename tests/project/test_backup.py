"""A backup, a disaster, a restore: on both databases."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config.backup import BackupError, back_up, restore


@pytest.fixture
def media(tmp_path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "photo.txt").write_text("照片", encoding="utf-8")
    return folder


@pytest.fixture
def embedded(tmp_path):
    path = tmp_path / "live.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE ledger (entry TEXT)")
        database.execute("INSERT INTO ledger VALUES ('第一笔')")
        database.commit()
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def entries(database) -> list[str]:
    with closing(sqlite3.connect(database["NAME"])) as connection_:
        return [row[0] for row in connection_.execute("SELECT entry FROM ledger")]


def test_embedded_database_and_files_come_back(embedded, media, tmp_path):
    back_up(embedded, media, tmp_path / "b.tar")
    with closing(sqlite3.connect(embedded["NAME"])) as database:
        database.execute("DELETE FROM ledger")
        database.commit()
    (media / "photo.txt").unlink()

    restore(embedded, media, tmp_path / "b.tar")

    assert entries(embedded) == ["第一笔"]
    assert (media / "photo.txt").read_text(encoding="utf-8") == "照片"


def test_a_file_that_is_no_backup_changes_nothing(embedded, media, tmp_path):
    (tmp_path / "no.tar").write_bytes(b"not a tar")

    with pytest.raises(BackupError):
        restore(embedded, media, tmp_path / "no.tar")
    assert entries(embedded) == ["第一笔"]


def test_an_existing_backup_is_not_overwritten(embedded, media, tmp_path):
    back_up(embedded, media, tmp_path / "b.tar")

    with pytest.raises(BackupError):
        back_up(embedded, media, tmp_path / "b.tar")


@pytest.mark.race
def test_postgresql_comes_back(media, tmp_path):
    if connection.vendor != "postgresql":
        pytest.fail("this test needs PostgreSQL")
    name = f"backup_{uuid4().hex[:8]}"
    server = connection.settings_dict
    address = {
        "host": server["HOST"] or None,
        "port": server["PORT"] or None,
        "user": server["USER"] or None,
        "password": server["PASSWORD"] or None,
    }
    admin = psycopg.connect(dbname="postgres", autocommit=True, **address)
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = {**server, "NAME": name}
    try:
        with psycopg.connect(dbname=name, **address) as live:
            live.execute("CREATE TABLE ledger (entry TEXT)")
            live.execute("INSERT INTO ledger VALUES ('第一笔')")
        back_up(database, media, tmp_path / "b.tar")
        with psycopg.connect(dbname=name, **address) as live:
            live.execute("DELETE FROM ledger")

        restore(database, media, tmp_path / "b.tar")

        with psycopg.connect(dbname=name, **address) as live:
            assert live.execute("SELECT entry FROM ledger").fetchall() == [("第一笔",)]
    finally:
        admin.execute(
            sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        )
        admin.close()
