"""SCORM packages: good ones play, hostile ones are refused with the reason."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.errors import PackageRefused
from courses.models import LessonPage, ScormAttempt, ScormPackage
from courses.rules.packages import Report, read_report
from courses.services import packages
from courses.services.packages import package_ticket, save_attempt, upload_package
from tests.courses.learning_factories import begin, make_course, make_lesson
from tests.courses.package_factories import MANIFEST, PARTS, make_package

SignedIn = Callable[..., Client]
HOME = "http://testserver"
EVIL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.CONTENT_HOST = "content.example"
    settings.ALLOWED_HOSTS = ["testserver", "content.example"]
    return tmp_path / "packages"


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["1.2", "2004"])
def test_good_package_is_taken_in(
    version: str, instructor: User, now: datetime, shelf: Path
) -> None:
    package = upload_package(make_package(version), by=instructor, now=now)

    assert (package.version, package.title) == (version, "灭火器点检")
    assert (shelf / str(package.public_id) / "index.html").is_file()


@pytest.mark.django_db
def test_same_package_again_is_the_same(instructor: User, now: datetime) -> None:
    first = upload_package(make_package(), by=instructor, now=now)

    assert upload_package(make_package(), by=instructor, now=now) == first


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (BytesIO(b"no zip at all"), "no_zip"),
        (BytesIO(make_package().getvalue()[:200]), "no_zip"),
        (make_package(manifest=""), "no_manifest"),
        (make_package(manifest="<manifest"), "manifest_broken"),
        (make_package(manifest="<html/>"), "manifest_broken"),
        (make_package(manifest=EVIL + "<manifest/>"), "manifest_entities"),
        (make_package("AICC"), "version"),
        (make_package(href="gone.html"), "launch_missing"),
        (make_package(href="https://evil.example/"), "launches_elsewhere"),
        (make_package(href="../../secret"), "launches_elsewhere"),
        (make_package(extra={"../outside.txt": b"x"}), "path"),
        (make_package(extra={"/etc/cron.d/x": b"x"}), "path"),
        (make_package(extra={"a\\..\\b": b"x"}), "path"),
        (make_package(extra={"C:/x": b"x"}), "path"),
        (make_package(extra={"INDEX.html": b"x"}), "doubled_file"),
        (make_package(link="shortcut"), "link"),
        (make_package(extra={"bomb": b"0" * 30_000_000}), "bomb"),
        (make_package(extra={f"f{n}": b"" for n in range(3100)}), "too_many_files"),
        (
            make_package(manifest=MANIFEST.format(version="1.2", href="")),
            "nothing_to_launch",
        ),
    ],
)
def test_hostile_package_is_refused_and_leaves_nothing(
    file: BytesIO, reason: str, instructor: User, now: datetime, shelf: Path
) -> None:
    file.seek(0)

    with pytest.raises(PackageRefused) as refusal:
        upload_package(file, by=instructor, now=now)

    assert refusal.value.reason == reason
    assert not ScormPackage.objects.exists()
    assert not shelf.exists() or not list(shelf.iterdir())


@pytest.mark.django_db
def test_oversized_package_is_refused(
    instructor: User, now: datetime, monkeypatch: pytest.MonkeyPatch, shelf: Path
) -> None:
    monkeypatch.setattr(packages, "MAX_BYTES", 100)

    with pytest.raises(PackageRefused) as refusal:
        upload_package(make_package(), by=instructor, now=now)

    assert refusal.value.reason == "too_large"
    assert not list(shelf.iterdir())


@pytest.mark.parametrize(
    ("version", "cmi", "report"),
    [
        (
            "1.2",
            {
                "core": {
                    "lesson_status": "passed",
                    "score": {"raw": "80", "max": "100"},
                    "total_time": "0000:10:05",
                }
            },
            Report(True, True, 0.8, 605),
        ),
        (
            "1.2",
            {"core": {"lesson_status": "failed", "score": {"raw": "999"}}},
            Report(False, False, 1, 0),
        ),
        (
            "2004",
            {
                "completion_status": "completed",
                "success_status": "unknown",
                "score": {"scaled": "0.5"},
                "total_time": "PT1H2M3S",
            },
            Report(True, None, 0.5, 3723),
        ),
        (
            "2004",
            {"score": {"scaled": "nan?"}, "total_time": "x"},
            Report(False, None, None, 0),
        ),
    ],
)
def test_reports_of_both_versions(
    version: str, cmi: dict[str, Any], report: Report
) -> None:
    assert read_report(version, {"cmi": cmi}) == report


@pytest.fixture
def lesson(instructor: User, now: datetime) -> LessonPage:
    package = upload_package(make_package(), by=instructor, now=now)
    return make_lesson(make_course(), check=False, package=package)


@pytest.mark.django_db
def test_completion_stays_and_time_is_not_counted(
    lesson: LessonPage, learner: User, now: datetime
) -> None:
    progress = begin(learner, lesson, now)
    done = {"core": {"lesson_status": "completed", "total_time": "0009:00:00"}}
    save_attempt(progress, "i", {"cmi": done}, now=now)

    undone = {"core": {"lesson_status": "incomplete"}}
    save_attempt(progress, "i", {"cmi": undone}, now=now)

    progress.refresh_from_db()
    attempt = ScormAttempt.objects.get()
    assert attempt.completed
    assert attempt.reported_seconds == 9 * 3600
    assert progress.reached_end
    assert not progress.studied
    assert progress.learnt_at is None


@pytest.fixture
def parted(instructor: User, now: datetime) -> LessonPage:
    """A lesson with a package of two reporting parts and an attachment."""
    package = upload_package(make_package(manifest=PARTS), by=instructor, now=now)
    return make_lesson(make_course("parts"), check=False, package=package)


@pytest.mark.django_db
def test_parts_keep_the_order_of_the_manifest(parted: LessonPage) -> None:
    assert parted.package is not None
    assert [
        (part.key, part.title, part.entry, part.reports)
        for part in parted.package.launches
    ] == [
        ("one", "第一节", "index.html?part=1", True),
        ("two", "第二节", "index.html?part=2", True),
        ("more", "附件", "index.html", False),
    ]


@pytest.mark.django_db
def test_package_ends_with_its_last_reporting_part(
    parted: LessonPage, learner: User, now: datetime
) -> None:
    progress = begin(learner, parted, now)
    done = {"cmi": {"core": {"lesson_status": "completed"}}}
    save_attempt(progress, "one", done, now=now)
    progress.refresh_from_db()
    half = progress.reached_end

    save_attempt(progress, "two", done, now=now)

    progress.refresh_from_db()
    assert (half, progress.reached_end) == (False, True)


@pytest.mark.django_db
def test_report_of_an_unknown_part_is_refused(
    parted: LessonPage, learner: User, now: datetime
) -> None:
    progress = begin(learner, parted, now)

    with pytest.raises(PackageRefused) as refusal:
        save_attempt(progress, "three", {"cmi": {}}, now=now)

    assert refusal.value.reason == "unknown_part"


@pytest.mark.django_db
def test_lesson_goes_on_with_the_part_that_is_open(
    parted: LessonPage, learner: User, signed_in: SignedIn, now: datetime
) -> None:
    progress = begin(learner, parted, now)
    done = {"cmi": {"core": {"lesson_status": "completed"}}}
    save_attempt(progress, "one", done, now=now)
    client = signed_in(learner)

    resumed = client.get(parted.url).context["player"]
    chosen = client.get(f"{parted.url}?part=one").context["player"]

    assert (resumed["query"], chosen["query"]) == ("part=two", "part=one")


@pytest.mark.django_db
def test_too_many_parts_are_refused(instructor: User, now: datetime) -> None:
    item = PARTS[PARTS.index("<item") : PARTS.index("<item", PARTS.index("<item") + 1)]
    many = "".join(item.replace('"one"', f'"p{n}"') for n in range(201))

    with pytest.raises(PackageRefused) as refusal:
        upload_package(
            make_package(manifest=PARTS.replace(item, many)), by=instructor, now=now
        )

    assert refusal.value.reason == "too_many_parts"


@pytest.mark.django_db
def test_files_come_only_from_the_content_host(
    lesson: LessonPage, learner: User, signed_in: SignedIn
) -> None:
    assert lesson.package is not None
    ticket = package_ticket(lesson.package, learner, HOME)
    url = reverse("courses:package_file", args=[ticket, "index.html"])

    there = Client(headers={"host": "content.example"}).get(url)

    b"".join(there.streaming_content)
    assert there.status_code == 200
    assert "frame-ancestors http://testserver" in there["Content-Security-Policy"]
    assert signed_in(learner).get(url).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["../../secret", "%2e%2e/x", "nothing.html"])
def test_no_way_out_of_the_folder(path: str, lesson: LessonPage, learner: User) -> None:
    assert lesson.package is not None
    ticket = package_ticket(lesson.package, learner, HOME)

    answer = Client(headers={"host": "content.example"}).get(
        f"/learning/packages/{ticket}/files/{path}"
    )

    assert answer.status_code == 404


@pytest.mark.django_db
def test_forged_ticket_opens_nothing(lesson: LessonPage) -> None:
    url = reverse("courses:package_file", args=["forged", "index.html"])

    assert Client(headers={"host": "content.example"}).get(url).status_code == 404


@pytest.mark.django_db
def test_content_host_knows_no_session(
    lesson: LessonPage, learner: User, signed_in: SignedIn
) -> None:
    answer = signed_in(learner).get("/learn/", headers={"host": "content.example"})

    assert answer.status_code == 302
    assert not answer.headers["Location"].startswith("http://content.example")


@pytest.mark.django_db
def test_lesson_page_frames_the_content_host_only(
    lesson: LessonPage, learner: User, signed_in: SignedIn, now: datetime
) -> None:
    begin(learner, lesson, now)

    answer = signed_in(learner).get(lesson.url)

    assert "frame-src http://content.example" in answer["Content-Security-Policy"]
    assert 'sandbox="allow-scripts allow-same-origin allow-forms"' in (
        answer.content.decode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[]", "{", "3"])
def test_malformed_report_is_refused(
    body: str, lesson: LessonPage, learner: User, signed_in: SignedIn, now: datetime
) -> None:
    begin(learner, lesson, now)

    answer = signed_in(learner).post(
        reverse("courses:save_attempt", args=[lesson.public_id]),
        body,
        "application/json",
    )

    assert answer.status_code == 400


@pytest.mark.django_db
def test_report_of_somebody_not_enrolled_is_not_found(
    lesson: LessonPage, stranger: User, signed_in: SignedIn
) -> None:
    url = reverse("courses:save_attempt", args=[lesson.public_id])

    assert signed_in(stranger).post(url, "{}", "application/json").status_code == 404


@pytest.mark.django_db
def test_trainer_uploads_and_reads_the_reason(
    instructor: User, learner: User, signed_in: SignedIn
) -> None:
    url = reverse("courses:packages")
    client = signed_in(instructor)
    bad = SimpleUploadedFile("x.zip", make_package(manifest="").getvalue())
    good = SimpleUploadedFile("y.zip", make_package().getvalue())

    refused = client.post(url, {"file": bad})
    taken = client.post(url, {"file": good})

    assert "imsmanifest.xml" in refused.content.decode()
    assert taken.status_code == 302
    assert signed_in(learner).get(url).status_code == 403
