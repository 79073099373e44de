"""The whole line: from a roster to an opened inspection, then suspension and refusal.

Everything a person does goes through HTTP forms; time passes by a travelled clock, so
that two hours of study are two hours. The connected system is the example program,
talking to a server process on the same database.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pypdf import PdfReader

from accounts.models import User
from courses.models import CoursePage, LessonPage
from courses.queries import completed_courses, study_minutes
from credentials.models import Qualification
from exams.models import Exam, Session
from exams.queries.results import released_results
from exams.services.results import release_session
from exams.services.sittings import assign_sitting, prepare_session
from simulator.models import Run
from simulator.queries import scored_runs
from tests.flows.inspection import play_as_expert
from tests.server import ROOT, free_port, wait_until_ready

DEMO = ("accounts", "law", "courses", "exams", "simulator", "credentials")
COURSE = "hazchem-emergency-inspection"
SCHEME = "hazchem-emergency"
CASE = "hazchem-storage-anlan"
PASSWORD = "a long pass phrase 2026"
NUMBER = "97012199001"
NAME = "虞听澜"
HALF_AN_HOUR = 30 * 60


@pytest.fixture
def clock() -> Any:
    """The flow begins ten days ago and ends at the real present."""
    start = datetime.now(tz=UTC) - timedelta(days=10)
    with time_machine.travel(start, tick=False) as traveller:
        yield traveller


def now() -> datetime:
    return datetime.now(tz=UTC)


def code_of(user: User, clock: Any) -> str:
    clock.shift(60)
    device = TOTPDevice.objects.get(user=user)
    return str(totp(device.bin_key)).zfill(6)


def sign_in(user: User, password: str, clock: Any) -> Client:
    client = Client()
    answer = client.post(
        "/accounts/sign-in/",
        {
            "account": user.username,
            "password": password,
            "otp": code_of(user, clock),
        },
    )
    assert answer.status_code == 302, answer.content.decode()[-800:]
    return client


def staff(username: str, clock: Any) -> Client:
    return sign_in(User.objects.get(username=username), "zhizheng-demo-2026", clock)


def arrive_by_roster(tmp_path: Path, clock: Any) -> tuple[User, Client]:
    """The roster, the link for the first password, the authenticator."""
    roster = io.StringIO()
    csv.writer(roster).writerows(
        [
            ["姓名", "执法证号", "单位", "入职日期"],
            [NAME, NUMBER, "望川县应急管理局", "2025-03-01"],
        ]
    )
    path = tmp_path / "roster.csv"
    path.write_text(roster.getvalue(), encoding="utf-8")
    call_command("import_roster", path)
    officer = User.objects.get(officer_number=NUMBER)

    page = staff("orgadmin", clock).post(
        f"/accounts/people/{officer.public_id}/invite/"
    )
    link = re.search(r"/accounts/password/set/[^<\s]+", page.content.decode())
    assert link is not None
    client = Client()
    form = client.get(link[0])["Location"]
    client.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD})

    client.post("/accounts/sign-in/", {"account": NUMBER, "password": PASSWORD})
    client.get("/accounts/code/set-up/")
    device = TOTPDevice.objects.get(user=officer)
    done = client.post(
        "/accounts/code/set-up/", {"otp": str(totp(device.bin_key)).zfill(6)}
    )
    assert done.context["recovery_codes"]
    return officer, client


def study(client: Client, clock: Any) -> None:
    """Read every lesson for its planned time, with a sign of life every minute."""
    client.post(f"/learning/courses/{COURSE}/enrol/")
    course = CoursePage.objects.get(key=COURSE)
    for lesson in LessonPage.objects.descendant_of(course).live().order_by("path"):
        assert client.get(lesson.url).status_code == 200
        window = client.post(f"/learning/lessons/{lesson.public_id}/window/").json()
        token, address = window["token"], window["url"]
        for _ in range(lesson.minutes + 1):
            clock.shift(60)
            beat = {"token": token, "visible": True, "acted": True, "reached_end": True}
            answer = client.post(address, beat, content_type="application/json")
            token = answer.json()["token"]
        for block in lesson.body:
            if block.block_type == "self_check":
                right = [
                    place
                    for place, option in enumerate(block.value["options"])
                    if option["correct"]
                ]
                client.post(
                    f"/learning/lessons/{lesson.public_id}/checks/{block.id}/",
                    {"chosen": right},
                )
        beat = {"token": token, "visible": True, "acted": True, "reached_end": True}
        client.post(address, beat, content_type="application/json")


def sit_exam(officer: User, client: Client, clock: Any) -> None:
    """Assigned to a session, answered rightly, handed in, marked, released."""
    exam = Exam.objects.get(key="hazchem-emergency-law")
    session = Session.objects.create(
        exam=exam,
        title="流程测试场",
        place="机房",
        opens_at=now(),
        closes_at=now() + timedelta(hours=4),
    )
    sitting = assign_sitting(session, officer, now=now())
    prepare_session(session, now=now())
    address = f"/exams/sittings/{sitting.public_id}/"
    assert client.get(address).status_code == 200
    client.post(f"{address}open/")
    sitting.refresh_from_db()
    answers = [
        {"n": n, "kind": "answered", "q": entry["position"], "a": right(entry)}
        for n, entry in enumerate(sitting.form.key["questions"], start=1)
    ]
    for first in range(0, len(answers), 12):
        clock.shift(300)
        saved = client.post(
            f"{address}events/",
            {"client": "flow-0001", "events": answers[first : first + 12]},
            content_type="application/json",
        )
        assert saved.json()["ack"] == answers[min(first + 11, len(answers) - 1)]["n"]
    client.post(f"{address}submit/")
    sitting.refresh_from_db()
    assert released_results(officer) == []
    release_session(session, by=User.objects.get(username="assessor"), now=now())


def right(entry: dict[str, Any]) -> Any:
    key = entry["key"]
    if "truth" in key:
        return key["truth"]
    if "blanks" in key:
        return [blank[0] for blank in key["blanks"]]
    return key["value"] if "value" in key else key["right"]


def inspect(officer: User, client: Client) -> None:
    started = client.post(
        f"/simulator/cases/{CASE}/start/",
        {"mode": "exam", "client_event_id": "flow-start-0001"},
    )
    assert started.status_code == 302
    run = Run.objects.get(user=officer, mode="exam")
    play_as_expert(client, run)


def sign_proposal(address: str, username: str, clock: Any) -> None:
    """The second person approves, with a code of their own."""
    client = staff(username, clock)
    code = code_of(User.objects.get(username=username), clock)
    signed = client.post(address, {"decision": "approve", "note": "已核", "code": code})
    assert signed.status_code == 302, signed.content.decode()[-3000:]


def qualify(officer: User, clock: Any) -> Qualification:
    """Proposed by one certification officer, approved by another."""
    proposed = staff("certifier", clock).post(
        f"/qualifications/people/{officer.public_id}/",
        {
            "scheme": SCHEME,
            "sectors": ["hazchem"],
            "methods": ["focused", "special", "random"],
        },
    )
    assert proposed.status_code == 302, proposed.content.decode()[-3000:]
    refused = staff("certifier", clock)
    own_code = code_of(User.objects.get(username="certifier"), clock)
    refused.post(proposed["Location"], {"decision": "approve", "code": own_code})
    assert not Qualification.objects.filter(officer=officer).exists()

    sign_proposal(proposed["Location"], "certifier2", clock)
    return Qualification.objects.get(officer=officer)


def suspend(qualification: Qualification, clock: Any) -> None:
    proposed = staff("certifier", clock).post(
        f"/qualifications/{qualification.public_id}/act/",
        {
            "act": "suspended",
            "ground": "procedure_violated",
            "legal_ground": "《行政处罚法》第四十四条",
            "document": "澜应资〔2026〕99号",
        },
    )
    assert proposed.status_code == 302, proposed.content.decode()[-3000:]
    sign_proposal(proposed["Location"], "certifier2", clock)


@contextmanager
def gate(database_url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The product's own server on the flow's database, at the real present."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATABASE_URL": database_url,
        "BASE_URL": url,
    }
    for command in (["createcachetable"], ["collectstatic", "--no-input"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        )
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "asgi"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers-kill-timeout", "3", "config.asgi:application"),
        ],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(url, server)
        yield url, environment
    finally:
        server.terminate()
        server.wait(timeout=20)


def open_inspection(
    url: str, environment: dict[str, str], *officers: User
) -> subprocess.CompletedProcess[str]:
    """Run the example connected system for a team; the first one leads."""
    made = subprocess.run(
        [sys.executable, "manage.py", "demo_client", "--format", "json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    client = json.loads(made.stdout)
    team = [
        part
        for officer, role in zip(officers, ("lead", "member"), strict=False)
        for part in ("--officer", f"{officer.public_id}:{role}")
    ]
    return subprocess.run(
        [
            *(sys.executable, "examples/inspection_system.py", "--gate", url),
            *("--client-id", client["client_id"]),
            *("--client-secret", client["client_secret"]),
            *team,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_from_roster_to_inspection(committed_db: str, clock: Any, tmp_path: Path):
    for app in DEMO:
        import_module(f"config.demo.{app}").load(now())
    officer, client = arrive_by_roster(tmp_path, clock)

    study(client, clock)
    assert [course.course_key for course in completed_courses(officer)] == [COURSE]
    assert study_minutes(officer) >= 120

    clock.shift(timedelta(days=1))
    client = sign_in(officer, PASSWORD, clock)
    sit_exam(officer, client, clock)
    [result] = released_results(officer)
    assert result.passed, result

    clock.shift(timedelta(days=1))
    client = sign_in(officer, PASSWORD, clock)
    inspect(officer, client)
    [run] = scored_runs(officer)
    assert (run.passed, run.fatal_vetoes) == (True, ())

    qualification = qualify(officer, clock)
    assert qualification.state == "active"
    assert client.get(f"/qualifications/{qualification.public_id}/").status_code == 200
    card = client.get(f"/qualifications/{qualification.public_id}/certificate.pdf")
    assert NAME in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(card.content)).pages
    )

    # Signing in moves the clock on by a minute; the server lives at the real present.
    clock.move_to(time_machine.escape_hatch.time.time() - HALF_AN_HOUR)
    colleague = User.objects.get(username="officer_a")
    with gate(committed_db) as (url, environment):
        opened = open_inspection(url, environment, colleague, officer)
        assert opened.returncode == 0, opened.stdout + opened.stderr
        alone = open_inspection(url, environment, colleague)
        assert alone.returncode == 1
        assert "team_below_quorum" in alone.stdout

        suspend(qualification, clock)
        refused = open_inspection(url, environment, colleague, officer)
        assert refused.returncode == 1, refused.stdout + refused.stderr
        assert "qualification_suspended" in refused.stdout

    page = Client().get("/register/", {"number": qualification.number}, follow=True)
    assert page.status_code == 200
