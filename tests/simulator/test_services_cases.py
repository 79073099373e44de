"""Cases in and out: dry run, import, publication, hostile archives."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from simulator.case_format import dump_case, read_case
from simulator.enums import CaseStatus
from simulator.errors import CaseArchiveError, CaseInvalidError
from simulator.models import CaseVersion, InspectionCase
from simulator.queries import activity_choices, iter_citations, payload_of
from simulator.services.archives import read_package, read_zip, write_zip
from simulator.services.cases import check_package, import_case
from simulator.services.checklists import import_checklist
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
