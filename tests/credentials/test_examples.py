"""The example system against a real server, and against everything that goes wrong."""

from __future__ import annotations

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credentials.services.keys import rotate_keys
from tests.credentials.gate_world import connect, make_scheme, qualify, suspend
from tests.server import wait_until_ready

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "inspection_system.py"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(gate, *officers, client_id="x", secret="x"):  # noqa: S107 -- a dummy
    command = [sys.executable, EXAMPLE, "--gate", gate]
    command += ["--client-id", client_id, "--client-secret", secret]
    for index, officer in enumerate(officers):
        command += ["--officer", f"{officer.public_id}:{'member' if index else 'lead'}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.fixture
def server(committed_db, tmp_path, settings):
    """The whole application under its production server, on the committed copy."""
    settings.GATE_KEY_DIR = str(tmp_path / "keys")
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": committed_db,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asginl"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
            *("--workers-kill-timeout", "3", "--log-level", "error"),
            "config.asgi:application",
        ],
        env=environment,
        cwd=ROOT,
    )
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(url, process)
    yield url
    process.terminate()
    process.wait(15)


def test_example_opens_for_the_qualified_and_refuses_after_a_suspension(
    server, person, county, city
):
    scheme = make_scheme(city)
    officers = [person("officer_a", county), person("officer_b", county)]
    for officer in officers:
        qualify(officer, scheme, city)
    rotate_keys(now=datetime.now(tz=UTC))
    application, secret = connect(county, "gate:evaluate", "gate:explain")
    known = {"client_id": application.client_id, "secret": secret}

    opened = run(server, *officers, **known)
    suspend(officers[1].qualifications.get())
    refused = run(server, *officers, **known)
    unknown = run(server, *officers, client_id=application.client_id, secret="guess")

    assert (opened.returncode, opened.stdout[:6]) == (0, "OPENED")
    assert refused.returncode == 1
    assert "qualification_suspended" in refused.stdout
    assert "恢复前不派其参加检查" in refused.stdout
    assert (unknown.returncode, unknown.stdout) == (
        2,
        "NOT OPENED: no usable answer (status 401)\n",
    )


def test_example_refuses_when_nobody_answers():
    answer = run(f"http://127.0.0.1:{free_port()}")

    assert (answer.returncode, answer.stdout[:10]) == (2, "NOT OPENED")


YES = {
    "decision": True,
    "context": {"reason": "qualified", "valid_until": "2999-01-01T00:00:00Z"},
}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, json.dumps(YES)),
        (503, json.dumps(YES)),
        (204, ""),
        (200, ""),
        (200, "yes"),
        (200, "[]"),
        (200, '{"decision":true}'),
        (200, '{"decision":"true","context":{}}'),
        (200, '{"decision":1,"context":{}}'),
        (200, json.dumps({**YES, "context": {"reason": "new_code"}})),
        (200, json.dumps({**YES, "context": {**YES["context"], "obligations": [1]}})),
        (
            200,
            json.dumps(
                {
                    **YES,
                    "context": {
                        "reason": "qualified",
                        "valid_until": "2020-01-01T00:00:00Z",
                    },
                }
            ),
        ),
    ],
)
def test_example_fails_closed_on_every_other_answer(status, body):
    class Fake(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            token = self.path == "/oauth/token"
            text = '{"access_token":"t"}' if token else body
            self.send_response(200 if token else status)
            self.send_header("X-Request-ID", self.headers.get("X-Request-ID", ""))
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args):
            """Says nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Fake) as fake:
        thread = threading.Thread(target=fake.serve_forever)
        thread.start()
        answer = run(f"http://127.0.0.1:{fake.server_port}")
        fake.shutdown()
        thread.join()

    assert (answer.returncode, answer.stdout[:10]) == (2, "NOT OPENED")
