"""Load the demonstration and serve it: web, worker and clock, ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

APPS = ("accounts", "law", "courses", "exams", "simulator", "credentials")
GRACE_SECONDS = 5


class Command(BaseCommand):
    help = "Load believable invented data (idempotent) and serve on 127.0.0.1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="load only")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration only runs with its own settings.")
        port: int = options["port"]
        if not options["no_serve"] and _is_taken(port):
            raise CommandError(
                f"Port {port} is taken. Choose another: make demo PORT=8001"
            )
        self._load()
        if not options["no_serve"]:
            self._serve(port)

    def _load(self) -> None:
        self._say("Preparing the database …")
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        now = timezone.now()
        for app in APPS:
            name = f"config.demo.{app}"
            spec = find_spec(name)
            if spec is None or spec.origin is None:
                continue
            self._say(f"Loading {app} …")
            import_module(name).load(now)

    def _serve(self, port: int) -> None:
        environment = {**os.environ, "BASE_URL": f"http://127.0.0.1:{port}"}
        environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
        processes = [
            subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
            for command in (
                [
                    *(sys.executable, "-m", "granian", "--interface", "asgi"),
                    *("--host", "127.0.0.1", "--port", str(port)),
                    *("--workers", "2", "--workers-kill-timeout", "3"),
                    *("--log-level", "warning", "config.asgi:application"),
                ],
                [sys.executable, "manage.py", "worker", "--interval", "1"],
                [sys.executable, "manage.py", "clock"],
            )
        ]
        self._say(f"Open http://127.0.0.1:{port}/ (accounts: see README)")
        self._say("Codes: .venv/bin/python manage.py onetime_code USER")
        self._say("Stop with Ctrl-C.")
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, _interrupt)
        try:
            while all(process.poll() is None for process in processes):
                time.sleep(0.3)
        except KeyboardInterrupt:
            self._say("Stopping …")
        finally:
            _end(processes)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def _end(processes: "list[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
