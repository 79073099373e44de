"""The real product on a database of its own, as `make demo` starts it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "zhizheng-demo-2026"
START_SECONDS = 420


@dataclass
class Server:
    """A running demonstration: its address and how to run its commands."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str, check: bool = True) -> str:
        """The output of a management command run on the server's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def code_of(self, username: str) -> str:
        return self.manage("onetime_code", username)

    def person(self) -> "Person":
        return Person(self)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Person:
    """Somebody at a browser without scripts: cookies, forms with their token."""

    server: Server
    cookies: CookieJar = field(default_factory=CookieJar)

    def get(self, path: str, **options: Any) -> Answer:
        return self._open(path, None, **options)

    def post(self, path: str, fields: dict[str, Any], **options: Any) -> Answer:
        token = next((c.value for c in self.cookies if c.name == "csrftoken"), "")
        data = urllib.parse.urlencode(
            {**fields, "csrfmiddlewaretoken": token}, doseq=True
        ).encode()
        return self._open(path, data, **options)

    def post_json(self, path: str, payload: Any) -> Answer:
        token = next((c.value for c in self.cookies if c.name == "csrftoken"), "")
        return self._open(
            path,
            json.dumps(payload).encode(),
            headers={"Content-Type": "application/json", "X-CSRFToken": token or ""},
        )

    def sign_in(self, username: str, *, otp: bool = True) -> "Person":
        self.get("/accounts/sign-in/")
        code = self.server.code_of(username) if otp else ""
        answer = self.post(
            "/accounts/sign-in/",
            {"account": username, "password": PASSWORD, "otp": code, "next": "/"},
        )
        assert answer.status == 302, answer.text[-2000:]
        return self

    def _open(
        self,
        path: str,
        data: bytes | None,
        *,
        headers: dict[str, str] | None = None,
        follow: bool = False,
    ) -> Answer:
        handlers: list[Any] = [urllib.request.HTTPCookieProcessor(self.cookies)]
        if not follow:
            handlers.append(_NoRedirect())
        opener = urllib.request.build_opener(*handlers)
        request = urllib.request.Request(  # noqa: S310 -- our own server on loopback
            urllib.parse.urljoin(self.server.url, path),
            data=data,
            headers={"Referer": self.server.url, **(headers or {})},
        )
        try:
            with opener.open(request, timeout=60) as response:
                return Answer(
                    response.status,
                    dict(response.headers),
                    response.read(),
                    response.url,
                )
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read(), error.url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def hidden_fields(html: str) -> dict[str, str]:
    """Every hidden input of a page; the last one of a name wins."""
    pattern = re.compile(
        r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"'
    )
    return {match["name"]: match["value"] for match in pattern.finditer(html)}


@contextmanager
def served(work: Path) -> Iterator[Server]:
    """Start the demonstration on a fresh database; end it with everything it started.

    SQLite below `work`, or a scratch database of the server in DATABASE_URL.
    """
    with _database(work) as database_url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "DATABASE_URL": database_url,
            "STATIC_ROOT": str(work / "static"),
            "MEDIA_ROOT": str(work / "media"),
        }
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment["BASE_URL"] = url
        log = (work / "server.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_ready(url, process, work / "server.log")
            yield Server(url, environment)
        finally:
            process.terminate()
            process.wait(timeout=30)
            log.close()


def wait_until_ready(
    url: str, process: "subprocess.Popen[bytes]", log: Path | None = None
) -> None:
    """Return when /readyz answers; fail with the log when the process ends first."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(log.read_text() if log else "the server ended")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.5)
    told = log.read_text()[-4000:] if log else ""
    raise AssertionError(f"the server did not start: {told}")


@contextmanager
def _database(work: Path) -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{work / 'demo.sqlite3'}"
        return
    name = f"flow_{uuid4().hex[:10]}"
    address, _, _database_name = given.rpartition("/")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{address}/{name}"
        finally:
            admin.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
