"""A PostgreSQL server of the test's own, to be stopped, copied and put back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection

from tests.server import free_port

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


class OwnPostgres:
    """One cluster in a directory of its own."""

    def __init__(self, work: Path) -> None:
        self.work, self.data = work, work / "data"
        self.port = free_port()

    def run(self, program: str, *arguments: str) -> None:
        """A program of PostgreSQL, which refuses to run as root."""
        line = [str(PROGRAMS / program), *arguments]
        if os.getuid() == 0:
            line = ["runuser", "-u", "postgres", "--", *line]
        subprocess.run(line, cwd=self.work, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self.work}"
        )
        self.control("start", "-w", "-o", options, "-l", str(self.work / "log"))

    def stop(self, mode: str) -> None:
        self.control("stop", "-m", mode)

    def kill(self) -> None:
        """kill -9 of the server and of every process that it started."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def control(self, command: str, *arguments: str) -> None:
        self.run("pg_ctl", command, "-D", str(self.data), *arguments)

    def keep_copy(self) -> None:
        """A copy of the stopped cluster, as a backup would be."""
        self.run_copy(self.data, self.work / "copy")

    def restore_copy(self) -> None:
        shutil.rmtree(self.data)
        self.run_copy(self.work / "copy", self.data)

    def run_copy(self, source: Path, target: Path) -> None:
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/gate"


@contextmanager
def own_postgres(original: str) -> Iterator[OwnPostgres]:
    """A running server with the contents of another database."""
    work = Path(tempfile.mkdtemp(prefix="faults-"))
    if os.getuid() == 0:
        shutil.chown(work, "postgres")
    server = OwnPostgres(work)
    server.run("initdb", "-D", str(server.data), "-A", "trust", "-U", "postgres")
    server.start()
    try:
        address = server.url.rpartition("/")[0]
        subprocess.run(
            ["psql", "-q", f"{address}/postgres", "-c", "CREATE DATABASE gate"],
            check=True,
        )
        dump = subprocess.run(
            [str(PROGRAMS / "pg_dump"), original], check=True, capture_output=True
        )
        subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", server.url],
            input=dump.stdout,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(work)


@contextmanager
def pointed_at(server: OwnPostgres) -> Iterator[None]:
    """Lets this process's own connection lead to the server."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(NAME="gate", PORT=str(server.port))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(NAME=before["NAME"], PORT=before["PORT"])
