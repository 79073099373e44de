"""Cases in and out: dry run, import, publication, hostile archives."""

import copy
import io
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.queries.law import cited_places
from courses.services.law import import_statute
from simulator.case_format import dump_case, read_case
from simulator.engine import load_profile
from simulator.enums import CaseStatus, Mode, RunStatus
from simulator.errors import CaseArchiveError, CaseInvalidError, CaseStaleError
from simulator.models import CaseVersion, InspectionCase
from simulator.queries import (
    PROFILE_KIND,
    activity_choices,
    is_stale,
    iter_citations,
    latest_checklists,
    payload_of,
)
from simulator.services.archives import read_package, read_zip, write_zip
from simulator.services.cases import check_package, import_case
from simulator.services.checklists import import_checklist
from simulator.services.runs import start_run, void_run
from tests.simulator.conftest import CASE_FILE

CHECKLIST = CASE_FILE.parents[1] / "checklists" / "emergency-management.yaml"


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def test_dry_run_of_the_shipped_case_is_clean(db: None, now: datetime) -> None:
    report = check_package(read_package(CASE_FILE), today=now.date())

    assert [f for f in report.findings if f.level == "error"] == []
    assert CaseVersion.objects.count() == 0


def test_import_twice_stores_once(db: None, now: datetime) -> None:
    first = import_case(read_package(CASE_FILE), now=now)
    second = import_case(read_package(CASE_FILE), now=now)

    assert first.version == second.version
    assert CaseVersion.objects.get().status == CaseStatus.DRAFT


def test_published_number_cannot_be_overwritten(
    case: InspectionCase, tmp_path: Path, now: datetime
) -> None:
    text = CASE_FILE.read_text("utf-8").replace("difficulty: 3", "difficulty: 4")
    changed = tmp_path / "case.yaml"
    changed.write_text(text, "utf-8")
    (tmp_path / "media").symlink_to(CASE_FILE.parent / "media")
    package = read_package(CASE_FILE)
    package = type(package)(read_case(text), package.media)

    report = check_package(package, today=now.date())

    assert [f.path for f in report.findings if f.level == "error"] == ["case.version"]
    assert report.changes == ("case.difficulty",)
    with pytest.raises(CaseInvalidError):
        import_case(package, now=now)


def test_export_and_import_lose_nothing(case: InspectionCase) -> None:
    version = case.live_version
    assert version is not None

    package = read_zip(write_zip(version))

    assert dict(package.text.payload) == payload_of(version)
    assert package.media == {m.path: bytes(m.content) for m in version.media.all()}


def test_error_names_path_and_line(db: None, now: datetime) -> None:
    text = CASE_FILE.read_text("utf-8").replace("truth: violation", "truth: maybe", 1)
    package = read_package(CASE_FILE)
    package = type(package)(read_case(text), package.media)

    finding = check_package(package, today=now.date()).findings[0]

    assert finding.path.startswith("items[")
    assert finding.line is not None
    assert "maybe" in text.splitlines()[finding.line - 1]


def test_missing_drawing_is_an_error(db: None, now: datetime) -> None:
    package = read_package(CASE_FILE)
    package.media.popitem()

    report = check_package(package, today=now.date())

    assert not report.ok


def test_drawing_with_script_is_refused(db: None, now: datetime) -> None:
    package = read_package(CASE_FILE)
    name = next(iter(package.media))
    package.media[name] = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
    )

    assert not check_package(package, today=now.date()).ok


@pytest.mark.parametrize(
    "archive",
    [
        b"no zip at all",
        zipped(**{"../case.yaml": b"x"}),
        zipped(**{"/case.yaml": b"x"}),
        zipped(**{"case.yaml": b"x", "media__a.exe": b"x"}),
        zipped(**{"case.yaml": b"x", "media__..__b.svg": b"x"}),
        zipped(**{"media__a.svg": b"x"}),
        zipped(**{"case.yaml": b"x", "SHA256SUMS": b"0  case.yaml\n"}),
        zipped(**{"case.yaml": b"a" * 5_000_000}),
        zipped(**{"case.yaml": b"\xff\xfe\x00"}),
    ],
)
def test_hostile_archive_is_refused(archive: bytes) -> None:
    with pytest.raises(CaseArchiveError):
        read_zip(archive)


def test_symlink_in_archive_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("case.yaml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(CaseArchiveError):
        read_zip(target.getvalue())


def test_yaml_round_trip_is_lossless() -> None:
    payload = read_case(CASE_FILE.read_text("utf-8")).payload

    assert read_case(dump_case(payload)).payload == payload


def test_case_names_its_provisions_and_is_assignable(case: InspectionCase) -> None:
    cited = {place.citation for place in iter_citations()}

    assert "AQSCF:97.1.6" in cited
    assert [activity.key for activity in activity_choices()] == [case.key]


def test_checklist_is_imported_once(db: None) -> None:
    first = import_checklist(CHECKLIST)
    second = import_checklist(CHECKLIST)

    assert first == second
    assert first.entries.count() == 47
    assert all(entry.duties for entry in first.entries.all())


LAW = "《云岭省应急演练条例》"
STATUTES = Path(__file__).parents[1] / "fixtures" / "law"


def bring(name: str, now: datetime) -> None:
    content = (STATUTES / name).read_bytes()
    assert import_statute(content, name, now=now).edition is not None


def put_live(version: CaseVersion, now: datetime) -> None:
    """Live without asking the bots: the law is what is tested."""
    version.status, version.published_at = CaseStatus.PUBLISHED, now
    version.save(update_fields=["status", "published_at"])
    version.case.live_version = version
    version.case.save(update_fields=["live_version"])


def test_case_is_stale_when_an_article_it_rests_on_changes(
    learner: User, db: None, now: datetime
) -> None:
    bring("云岭省应急演练条例（2019年文本）.md", now)
    package = read_package(CASE_FILE)
    payload = copy.deepcopy(dict(package.text.payload))
    payload["case"]["law_as_of"] = "2024-01-01"
    payload["laws"][LAW] = {"name": LAW, "edition": "2019", "verified": True}
    payload["items"][10]["basis"]["also"] = [f"{LAW}:2"]
    package = replace(package, text=replace(package.text, payload=payload))
    version = import_case(package, now=now).version
    assert version is not None
    put_live(version, now)
    before = start_run(version.case, mode=Mode.EXAM, now=now, by=learner, seed=1)
    assert not is_stale(version, now.date())

    bring("云岭省应急演练条例.md", now)

    assert is_stale(version, now.date())
    assert f"{LAW}:2" in {place.citation for place in iter_citations()}
    levels = [f.level for f in check_package(package, today=now.date()).findings]
    assert "warning" in levels
    before.refresh_from_db()
    assert before.status == RunStatus.LIVE
    void_run(before, now=now, by=learner, reason="x")
    with pytest.raises(CaseStaleError):
        start_run(version.case, mode=Mode.EXAM, now=now, by=learner)
    assert start_run(version.case, mode=Mode.PRACTICE, now=now, by=learner).pk


def test_checklist_keeps_an_edition_for_each_date_of_the_law(
    db: None, tmp_path: Path, learner: User, client: Client
) -> None:
    source = CHECKLIST.read_text("utf-8")
    latest = import_checklist(CHECKLIST)
    older = tmp_path / "older.yaml"
    older.write_text(
        source.replace(f"law_as_of: '{latest.law_as_of}'", "law_as_of: 2025-01-01"),
        "utf-8",
    )

    import_checklist(older)

    client.force_login(learner, backend="accounts.backends.AccountBackend")
    page = reverse("simulator:checklist", args=[latest.key])
    days = [
        client.get(page, query).context["edition"].law_as_of.isoformat()
        for query in ({}, {"on": "2025-06-01"}, {"on": "nonsense"})
    ]
    assert days == [str(latest.law_as_of), "2025-01-01", str(latest.law_as_of)]
    assert client.get(page, {"on": "2020-01-01"}).status_code == 404
    assert [edition.pk for edition in latest_checklists()] == [latest.pk]


def test_scoring_profile_is_watched_when_the_law_changes(db: None) -> None:
    profile = load_profile()
    cited = [place for place in cited_places() if place.kind == PROFILE_KIND]

    assert {place.citation for place in cited} == {
        key
        for rule in (*profile.procedure, *profile.vetoes.values())
        for key in rule.basis
    }
    assert {place.law_as_of for place in cited} == {profile.law_as_of}
